"""gpen inspect tells what a file is."""

import argparse
import os
from pathlib import Path

import pytest
import torch

import gpen_train
from gpen_train.checkpoints.describe import describe
from gpen_train.cli import inspect
from gpen_train.models.gpen import build_gpen

FIXTURES = Path(__file__).parents[1] / "fixtures"


def told(capsys, path) -> dict[str, str]:
    """What the command prints, as name -> value; the first line with a name counts."""
    assert inspect.run(argparse.Namespace(file=str(path))) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    return {line[0]: line[1] for line in reversed(lines) if len(line) == 2}


@pytest.mark.parametrize("options", [{}, {"dtype": torch.float16}, {"legacy": True}])
def test_a_bundle(tmp_path, capsys, options):
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    path = tmp_path / "bundle.pth"
    gpen_train.save(model, path, {"losses": {"content": 0.5}, "images_seen": 99}, **options)
    facts = told(capsys, path)
    assert facts["layout"] == "bundle"
    assert facts["version"] == "GPEN-BFR-v2.0-32"
    assert facts["resolution"] == "input 32 px, output 32 px"
    assert facts["dtype"] == ("float16" if "dtype" in options else "float32")
    assert facts["encoder"] == f"{sum(p.numel() for p in model.encoder.parameters()):,}"
    assert facts["total"] == f"{sum(p.numel() for p in model.parameters()):,}"
    assert (facts["losses.content"], facts["images_seen"]) == ("0.5", "99")


def test_the_official_networks(capsys):
    facts = told(capsys, FIXTURES / "official_bfr_64.pth")
    assert (facts["layout"], facts["style_dim"]) == ("yangxy generator", "64")
    model = gpen_train.load(FIXTURES / "official_bfr_64.pth")
    for part in ("encoder", "mapper", "generator"):
        assert facts[part] == f"{sum(p.numel() for p in getattr(model, part).parameters()):,}"
    facts = told(capsys, FIXTURES / "official_discriminator_64.pth")
    assert (facts["layout"], facts["discriminator"]) == ("yangxy discriminator", "104,193")


def test_the_values_stand_in_one_column(capsys):
    inspect.run(argparse.Namespace(file=str(FIXTURES / "official_bfr_64.pth")))
    facts = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert {line.index(line.split(maxsplit=1)[1]) for line in facts} == {len("resolution  ")}


def test_a_training_checkpoint(tmp_path, capsys):
    state = {"generator.a": torch.zeros(3), "discriminator.b": torch.zeros(4, 2)}
    torch.save({"state_dict": state, "pytorch-lightning_version": "2.6"}, tmp_path / "last.ckpt")
    facts = told(capsys, tmp_path / "last.ckpt")
    assert (facts["layout"], facts["total"]) == ("lightning checkpoint", "11")


class Payload:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def test_runs_nothing(tmp_path):
    torch.save({"encoder": Payload(tmp_path / "canary")}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match="mkdir"):
        describe(tmp_path / "evil.pth")
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("data", [b"", b"not a checkpoint", b"PK\x03\x04 cut off"])
def test_bad_files_are_named_in_one_line(tmp_path, data):
    (tmp_path / "bad.pth").write_bytes(data)
    with pytest.raises(ValueError, match=r"bad\.pth is") as refusal:
        describe(tmp_path / "bad.pth")
    assert "\n" not in str(refusal.value)
