"""gpen train -m: Hydra's sweepers and launchers, and the folders, settings and scores of their runs."""

import json

import pytest

from gpen_train.cli import multirun
from gpen_train.cli.main import main


@pytest.fixture
def trained(monkeypatch, here):
    """Instead of training: what ``gpen train`` would leave; {folder: its settings}, codes to give."""
    runs, codes = {}, {}

    def train_in(folder, settings):
        name = folder.relative_to(here).as_posix()
        runs[name] = settings
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").touch()
        lines = f"images,held_out_psnr\n0,10\n16,{20 + len(runs)}\n"
        (folder / "metrics.csv").write_text(lines)
        return codes.get(folder.name, 0)

    monkeypatch.setattr(multirun, "train_in", train_in)
    return runs, codes


def test_each_combination_has_its_folder_and_its_settings(trained, here, tiny_settings, capsys):
    runs, _ = trained
    command = ["train", "-m", *tiny_settings, "losses.content.weight=10,50", "seed=range(0,2)"]
    assert main([*command, "run_dir=sweep"]) == 0
    assert list(runs) == [
        f"sweep/losses.content.weight-{weight}_seed-{seed}" for weight in (10, 50) for seed in (0, 1)
    ]
    assert runs["sweep/losses.content.weight-50_seed-1"] == [
        *tiny_settings,
        "losses.content.weight=50",
        "seed=1",
    ]
    found = json.loads((here / "sweep" / "table.json").read_text())["runs"]
    assert [run["scores"]["psnr"] for run in found] == [24, 23, 22, 21]
    assert "losses.content.weight-50_seed-1" in capsys.readouterr().out


def test_without_a_folder_it_is_named_by_the_run(trained, tiny_settings):
    runs, _ = trained
    assert main(["train", "-m", *tiny_settings, "seed=0,1"]) == 0
    assert list(runs) == ["multirun/gpen_32/seed-0", "multirun/gpen_32/seed-1"]


def test_a_file_of_the_users_goes_along(trained, here):
    runs, _ = trained
    text = "defaults: [{data: drawn}, {model: tiny_v2}]\ndata: {num_images: 6}\n"
    (here / "mine.yaml").write_text(text)
    settings = ["data.num_held_out=3", "seed=4,5", "run_dir=sweep"]
    assert main(["train", "-m", "--config", "mine.yaml", *settings]) == 0
    own, *others = runs["sweep/seed-5"]
    assert own == "--config=mine.yaml"
    assert {"data.num_held_out=3", "seed=5"} <= set(others)
    assert not any("own_file" in one for one in others)


def test_a_run_that_fails_is_named_when_the_others_are_done(trained, tiny_settings, capsys):
    runs, codes = trained
    codes["seed-0"] = 1
    assert main(["train", "-m", *tiny_settings, "seed=0,1", "run_dir=sweep"]) == 1
    assert list(runs) == ["sweep/seed-0", "sweep/seed-1"]
    assert "seed-0 ended with 1; the same command goes on" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["seed=0,-1"], "seed is -1; give a number from 0"),
        (["sed=0,1"], "there is no setting sed"),
        (["seed=0,1", "hydra/launcher=nowhere"], "Hydra cannot start the runs"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_run(settings, message, trained, tiny_settings, one_line):
    runs, _ = trained
    assert main(["train", "-m", *tiny_settings, *settings]) == 1
    assert message in one_line()
    assert runs == {}


def test_several_processes_of_it_are_refused(trained, tiny_settings, monkeypatch, one_line, under_slurm):
    for name, value in under_slurm(0, 2, 1).items():
        monkeypatch.setenv(name, value)
    assert main(["train", "-m", *tiny_settings, "seed=0,1"]) == 1
    assert "start it once, without torchrun or srun" in one_line()


@pytest.mark.slow
def test_real_runs_one_after_the_other(here, tiny_settings):
    command = ["train", "-m", *tiny_settings, "seed=0,1", "run_dir=sweep"]
    assert main(command) == 0
    for seed in (0, 1):
        assert any((here / "sweep" / f"seed-{seed}" / "export").iterdir())
    found = json.loads((here / "sweep" / "table.json").read_text())["runs"]
    assert [run["images"] for run in found] == [16, 16]


@pytest.mark.slow
def test_real_runs_by_submitit(here, tiny_settings):
    """On this machine: as with SLURM, what a job does is pickled, and unpickled in a process of its own."""
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    command = ["train", "-m", *tiny_settings, "seed=0,1", "run_dir=sweep"]
    assert main([*command, "hydra/launcher=submitit_local", "hydra.launcher.timeout_min=10"]) == 0
    for seed in (0, 1):
        assert any((here / "sweep" / f"seed-{seed}" / "export").iterdir())
