"""gpen sample: image i depends on the seed and i alone."""

import numpy as np
import pytest
import torch

import gpen_train
from gpen_train.cli.main import main
from gpen_train.images import read_image


@pytest.fixture
def checkpoint(tiny_model, tmp_path):
    with torch.no_grad():  # noise counts
        for name, parameter in tiny_model.named_parameters():
            if name.endswith("strength"):
                parameter.fill_(0.5)
    gpen_train.save(tiny_model, tmp_path / "bundle.pth")
    return tmp_path / "bundle.pth"


def run(checkpoint, output, num, seed):
    where = ["--checkpoint", str(checkpoint), "--output", str(output), "--device", "cpu"]
    assert main(["sample", *where, "--num", str(num), "--seed", str(seed)]) == 0
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


@pytest.mark.parametrize(
    ("option", "message"), [(["--num", "0"], "--num is 0"), (["--seed", "-1"], "--seed is -1")]
)
def test_refuses_other_numbers(checkpoint, tmp_path, one_line, option, message):
    where = ["--checkpoint", str(checkpoint), "--output", str(tmp_path / "out")]
    assert main(["sample", *where, *option]) == 1
    assert message in one_line()


def test_a_stylegan2_draws_and_truncates(fixtures, tmp_path):
    prior = str(fixtures / "rosinality_stylegan2_64.pt")
    for truncation, name in (("1", "free"), ("0", "average")):
        arguments = ["--num", "2", "--truncation", truncation, "--output", str(tmp_path / name)]
        assert main(["sample", "--checkpoint", prior, *arguments]) == 0

    def spread(name):
        first, second = (read_image(tmp_path / name / f"00000{index}.png").astype(int) for index in (0, 1))
        return abs(first - second).mean()

    assert spread("average") < spread("free")  # the noise is left


def test_a_gpen_has_no_average_to_draw_to(fixtures, tmp_path, one_line):
    gpen = str(fixtures / "official_bfr_64.pth")
    assert main(["sample", "--checkpoint", gpen, "--truncation", "0.5", "--output", str(tmp_path)]) == 1
    assert "keeps no average to draw to" in one_line()
