"""Batches go over from one picture to the next, and nothing gets lost or mixed up."""

import numpy as np
import pytest
import torch

from gpen_train.restoration import network
from gpen_train.restoration.network import Network


@pytest.fixture
def batches(monkeypatch) -> list[int]:
    """The sizes of the batches that go through a network that adds one."""
    sizes: list[int] = []

    def add_one(model, degraded):
        sizes.append(len(degraded))
        return degraded + 1

    monkeypatch.setattr(network, "restore_arrays", add_one)
    return sizes


def face(value: int, side: int = 4) -> np.ndarray:
    return np.full((side, side, 3), value, np.uint8)


def test_full_batches_across_pictures(batches):
    groups = [("a", 3), ("none", 0), ("b", 6), ("c", 1), ("last", 0)]
    values = iter(range(100))
    given = [(name, [face(next(values)) for _ in range(number)]) for name, number in groups]
    through = list(Network(torch.nn.Identity(), batch_size=4).stream(given))
    assert [name for name, _ in through] == [name for name, _ in groups]
    for (_, before), (_, after) in zip(given, through, strict=True):
        assert [image[0, 0, 0] - 1 for image in after] == [image[0, 0, 0] for image in before]
    assert batches == [4, 4, 2]


def test_sizes_are_not_mixed(batches):
    faces = [face(0), face(1), face(2, 8), face(3)]
    restored = Network(torch.nn.Identity(), batch_size=4)(faces)
    assert [len(image) for image in restored] == [4, 4, 8, 4]
    assert [image[0, 0, 0] for image in restored] == [1, 2, 3, 4]
    assert batches == [2, 1, 1]


def test_pictures_are_given_out_as_soon_as_they_are_done(batches):
    taken = []

    def groups():
        for number in range(10):
            taken.append(number)
            yield number, [face(number)]

    stream = Network(torch.nn.Identity(), batch_size=2).stream(groups())
    assert next(stream)[0] == 0
    assert taken == [0, 1]
