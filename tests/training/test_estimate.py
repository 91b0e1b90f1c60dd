"""The estimate of a run's memory: what is counted, and that every experiment has one."""

import pytest
import torch
from plugins.given import open_settings

from gpen_train.cli.main import main
from gpen_train.cli.run.estimate import estimate_of
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.presets import needed_by
from gpen_train.training.estimate import saved

EXPERIMENTS = sorted(path.stem for path in (configs_folder() / "experiment").glob("*.yaml"))


def settings(experiment, *overrides):
    given = [f"{name}=faces" for name in open_settings([f"experiment={experiment}"])]
    given += ["init_from=some.pth"] if "init_from" in needed_by(experiment) else []
    return compose("train", [f"experiment={experiment}", "trainer=cpu", *given, *overrides])


def test_what_waits_for_the_backward_pass_is_counted_once():
    layer = torch.nn.Linear(10, 20)
    x = torch.randn(3, 10, requires_grad=True)
    _, kept = saved(lambda: layer(x).sigmoid(), layer)
    assert kept == 4 * (3 * 10 + 3 * 20)  # the input, and the sigmoid's output; not the weight


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_has_an_estimate(experiment):
    found = estimate_of(settings(experiment, "estimate_memory=80"))
    assert found.weights >= 4 * (2 * found.parameters["model"] + found.parameters["discriminator"])
    assert found.optimizer == 2 * found.gradients > 0
    assert found.activations > 0
    assert found.largest_batch >= found.batch


def test_cheaper_ways_to_compute_take_less():
    whole = estimate_of(settings("quickstart"))
    again = estimate_of(settings("quickstart", "compute.checkpoint_from=32"))
    half = estimate_of(settings("quickstart", "compute.precision=bf16-mixed"))
    few = estimate_of(settings("quickstart", "compute.micro_batch=2", "model.discriminator.group_size=2"))
    assert again.activations < whole.activations
    assert half.activations < whole.activations
    assert (few.batch, few.weights) == (2, whole.weights)


def test_what_a_run_refuses_is_refused():
    with pytest.raises(
        ValueError, match="micro_batch is 2, and the discriminator compares 4 of a device's 4"
    ):
        estimate_of(settings("quickstart", "compute.micro_batch=2"))


def test_the_command_prints_it_and_trains_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "experiment=quickstart", "estimate=true", "keep=2", "keep_best=psnr"]) == 0
    out = capsys.readouterr().out
    for wanted in (
        "memory in all",
        "at a time",
        "disk, 4 checkpoints of",
        "time for 9600 images",
        "timed here",
    ):
        assert wanted in out
    assert not list(tmp_path.iterdir())


def test_another_device_is_not_timed(capsys):
    assert main(["train", "experiment=quickstart", "estimate=true", "estimate_memory=8"]) == 0
    out = capsys.readouterr().out
    assert "fit into 8 GB at a time" in out
    assert "not timed, on another device" in out


def test_what_does_not_fit_is_not_timed(monkeypatch, capsys):
    monkeypatch.setattr("gpen_train.cli.run.estimate.memory_of_device", lambda: 10**6)
    assert main(["train", "experiment=quickstart", "estimate=true"]) == 0
    assert "not timed: it does not fit" in capsys.readouterr().out
