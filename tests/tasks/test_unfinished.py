"""Pairs that the device finishes."""

import numpy as np
import pytest
import torch

from gpen_train.degradations.chain import build_chain
from gpen_train.tasks.bfr import BlindFaceRestoration
from gpen_train.tasks.pair import Batch
from gpen_train.tasks.unfinished import finish, finisher_of

STAGES = {"blur": {"sigma": [2, 6]}, "downsample": {"factor": [2, 4]}, "compression": {}, "resize_back": {}}


@pytest.fixture
def picture():
    y, x = np.mgrid[0:48, 0:48] * 5
    return np.stack([x, y, 255 - x], -1).astype(np.uint8)


def tasks():
    """The same task, whose pairs the CPU finishes or the device."""
    return [
        BlindFaceRestoration(build_chain(STAGES, {"grey": {"p": 0.5}}, where=where), flip=0.5)
        for where in ("cpu", "device")
    ]


def batch_of(pairs, degraded):
    clean = torch.from_numpy(np.stack([pair.clean for pair in pairs]))
    return Batch(degraded, clean, {}, [pair.plan for pair in pairs])


def test_the_device_finishes_what_the_cpu_would_have_made(picture):
    cpu, device = tasks()
    finished = [cpu(picture, np.random.default_rng(seed)) for seed in range(6)]
    pairs = [device(picture, np.random.default_rng(seed)) for seed in range(6)]
    assert all(pair.degraded.size == 0 for pair in pairs)
    batch = finish(batch_of(pairs, torch.empty(0)), finisher_of(device.chain))
    assert batch.plans is None
    for number, pair in enumerate(finished):
        for found, expected in zip((batch.degraded, batch.clean), (pair.degraded, pair.clean), strict=True):
            assert np.abs(found[number].numpy().astype(int) - expected).mean() < 0.5


def test_pairs_of_files_in_the_batch_stay_as_they_are(picture):
    _, device = tasks()
    made = device(picture, np.random.default_rng(0))
    photo = made._replace(degraded=picture // 2, clean=picture, plan=None)
    given = batch_of([photo, made, photo], torch.from_numpy(np.stack([picture // 2] * 2)))
    batch = finish(given, finisher_of(device.chain))
    for number in (0, 2):
        np.testing.assert_array_equal(batch.degraded[number].numpy(), picture // 2)
        np.testing.assert_array_equal(batch.clean[number].numpy(), picture)
    alone = finish(batch_of([made], torch.empty(0)), finisher_of(device.chain))
    assert torch.equal(batch.degraded[1], alone.degraded[0])


def test_nothing_is_left_to_do_after_the_cpu(picture):
    cpu, _ = tasks()
    assert finisher_of(cpu.chain) is None
    batch = Batch(torch.zeros(1, 4, 4, 3), torch.zeros(1, 4, 4, 3), {})
    assert finish(batch, None) is batch
