"""gpen train init_from=FILE: what it starts from, and what it says of it."""

from pathlib import Path

import pytest
import torch

import gpen_train
from gpen_train.cli.main import main
from gpen_train.cli.settings.compose import build, compose
from gpen_train.models.gpen import build_gpen

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def train(tiny_train):
    """A run of one batch, reported on once."""
    return lambda *overrides: tiny_train("images=4", "report_every=4", *overrides)


def account(capsys) -> dict[str, list[str]]:
    """The rows of the printed account, by their first word."""
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    return {line[0]: line[1:] for line in lines if line}


def test_a_released_network_and_its_discriminator(here, train, capsys):
    files = f"[{FIXTURES}/official_bfr_64.pth,{FIXTURES}/official_discriminator_64.pth]"
    same = [f"model.network.{name}" for name in ("output_resolution=64", "style_dim=64", "mapper_layers=8")]
    widths = [
        f"model.{part}.channel_{name}" for part in ("network", "discriminator") for name in ("base", "max")
    ]
    assert (
        train(
            "model=tiny_v1",
            f"init_from={files}",
            *same,
            "+model.network.input_resolution=64",
            "run_dir=run",
            "images=4",
            *(f"{name}={value}" for name, value in zip(widths, (2048, 32, 2048, 32), strict=True)),
            "optimizer.encoder=1e-12",
            "optimizer.generator=1e-12",
            "optimizer.discriminator=1e-12",
        )
        == 0
    )
    rows = account(capsys)
    for part in ("encoder", "mapper", "generator", "discriminator"):
        assert int(rows[part][0].replace(",", "")) > 1000
        assert rows[part][1:] == ["0", "0", "0"]
    assert rows["left"] == ["unused:", "nothing"]
    trained = gpen_train.load("run").state_dict()
    for name, tensor in gpen_train.load(FIXTURES / "official_bfr_64.pth").state_dict().items():
        torch.testing.assert_close(trained[name], tensor)


def test_a_prior_is_embedded_and_grown_and_the_run_goes_on(here, train, capsys):
    prior = FIXTURES / "rosinality_stylegan2_64.pt"
    overrides = (
        "model=tiny_v2",
        "model.network.output_resolution=128",
        "+model.network.input_resolution=32",
        "model.network.style_dim=48",
        "model.network.channel_base=2048",
        "model.network.channel_max=32",
        f"init_from={prior}",
        "run_dir=run",
    )
    assert train(*overrides) == 0
    rows = account(capsys)
    assert int(rows["generator"][2].replace(",", "")) > 0
    assert rows["mapper"][1] == "48"
    assert train(*overrides, "images=8", "resume=true") == 0
    assert "init_from" not in account(capsys)


def test_what_does_not_fit_is_one_line_and_leaves_no_folder(here, train, capsys):
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=16, channel_max=12)
    gpen_train.save(model, "old.pth")
    assert train("model=tiny_v2", "init_from=old.pth", "run_dir=run") == 1
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert "model.network.channel_base=32768 model.network.channel_max=12 would fit" in line
    assert not (here / "run").exists()
    assert train("model=tiny_v2", "init_from=none.pth", "run_dir=run") == 1
    assert "none.pth does not exist" in capsys.readouterr().err
    assert train("model=tiny_v2", "init_from=odl.pth", "run_dir=run") == 1
    assert capsys.readouterr().err.strip().endswith("odl.pth does not exist; did you mean old.pth?")


def test_the_preset_that_fits_is_named(here, train, capsys):
    network = compose("train", ["model=tiny_v1", "data=drawn"]).model.network
    gpen_train.save(build(network), "old.pth")
    assert train("model=tiny_v2", "init_from=old.pth", "run_dir=run") == 1
    assert capsys.readouterr().err.strip().endswith("; model=tiny_v1 is what it was built with")
    assert train("model=tiny_v1", "init_from=old.pth", "run_dir=run") == 0


def test_a_priors_run_goes_into_a_gpen(here, train, capsys):
    judge = ("model.discriminator.channel_base=512", "model.discriminator.channel_max=16")
    prior = ("model=tiny_prior", "task=prior", "losses=prior", "optimizer=prior")
    assert train(*prior, *judge, "run_dir=prior") == 0
    assert main(["inspect", "prior/checkpoints/last.ckpt"]) == 0
    assert "stylegan2" in capsys.readouterr().out
    overrides = ("model=tiny_v2", "model.network.output_resolution=64", "+model.network.input_resolution=32")
    assert train(*overrides, *judge, "init_from=prior", "run_dir=run", "task=bfr") == 0
    rows = account(capsys)
    assert int(rows["generator"][0].replace(",", "")) > 0
    assert int(rows["generator"][2].replace(",", "")) > 0
    assert rows["discriminator"][:3] == ["0", "0", "0"]  # a finer one starts anew
