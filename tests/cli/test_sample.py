"""gpen sample: image i depends on the seed and i alone."""

import argparse

import numpy as np
import pytest
import torch

import gpen_train
from gpen_train.cli import sample
from gpen_train.images import read_image
from gpen_train.models.gpen import build_gpen


@pytest.fixture
def checkpoint(tmp_path):
    torch.manual_seed(0)
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    with torch.no_grad():  # noise counts
        for name, parameter in model.named_parameters():
            if name.endswith("strength"):
                parameter.fill_(0.5)
    gpen_train.save(model, tmp_path / "bundle.pth")
    return tmp_path / "bundle.pth"


def run(checkpoint, output, num, seed):
    parser = argparse.ArgumentParser()
    sample.add_parser(parser.add_subparsers())
    arguments = [
        "--checkpoint",
        checkpoint,
        "--output",
        output,
        "--num",
        num,
        "--seed",
        seed,
        "--device",
        "cpu",
    ]
    options = parser.parse_args(["sample", *map(str, arguments)])
    assert options.run(options) == 0
    return [read_image(path) for path in sorted(output.iterdir())]


def test_images_depend_on_seed_and_index_alone(checkpoint, tmp_path):
    three = run(checkpoint, tmp_path / "three", 3, 1)
    two = run(checkpoint, tmp_path / "two", 2, 1)
    other = run(checkpoint, tmp_path / "other", 2, 2)
    assert len(three) == 3
    assert three[0].shape == (32, 32, 3)
    assert all(np.array_equal(a, b) for a, b in zip(three, two, strict=False))
    assert not any(np.array_equal(a, b) for a, b in zip(other, two, strict=True))
    assert not np.array_equal(three[0], three[1])


@pytest.mark.parametrize(("num", "seed", "message"), [(0, 0, "--num is 0"), (1, -1, "--seed is -1")])
def test_refuses_other_numbers(checkpoint, tmp_path, num, seed, message):
    with pytest.raises(ValueError, match=message):
        run(checkpoint, tmp_path / "out", num, seed)
