"""Batches whose degraded images the device makes, alone or beside pairs of files."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from gpen_train.degradations.chain import build_chain
from gpen_train.loading.dataset import PairDataset, collate
from gpen_train.sources.draws import Draw
from gpen_train.tasks.bfr import BlindFaceRestoration
from gpen_train.tasks.pair import Pair
from gpen_train.tasks.unfinished import finish, finisher_of

STAGES = {"blur": {}, "downsample": {}, "noise": {}, "compression": {}, "resize_back": {}}


class Faces:
    """Eight faces of 32 px; those of odd number come with a photo of 16 px."""

    name = "faces"

    def __len__(self):
        return 8

    def __getitem__(self, index):
        face = np.full((32, 32, 3), 20 * index, np.uint8)
        return Pair(face[:16, :16] + 5, face) if index % 2 else face


@pytest.fixture
def batches():
    """``batches(rows, num_workers)`` -> the finished batches of the faces of these numbers."""

    def make(rows, num_workers=0):
        task = BlindFaceRestoration(build_chain(STAGES, input_resolution=16, where="device"), flip=0.5)
        draws = [[Draw(index, 0) for index in row] for row in rows]
        dataset = PairDataset(Faces(), task, seed=3)
        loader = DataLoader(dataset, batch_sampler=draws, collate_fn=collate, num_workers=num_workers)
        return [finish(batch, finisher_of(task.chain)) for batch in loader]

    return make


def test_planned_images_and_photos_share_a_batch(batches):
    mixed, photos, planned = batches([range(8), (1, 3, 5, 7), (0, 2, 4, 6)])
    for batch in (mixed, photos, planned):
        assert batch.plans is None
        assert batch.degraded.dtype == batch.clean.dtype == torch.uint8
        assert batch.degraded.shape == (len(batch.clean), 16, 16, 3)
    assert torch.equal(mixed.degraded[1::2], photos.degraded)
    assert torch.equal(mixed.degraded[0::2], planned.degraded)
    assert torch.equal(mixed.clean[0::2], planned.clean)
    assert [int(face[0, 0, 0]) for face in photos.degraded] == [25, 65, 105, 145]


def test_workers_change_nothing(batches):
    rows = [(0, 1, 2), (3, 4, 6)]
    for ours, theirs in zip(batches(rows), batches(rows, num_workers=2), strict=True):
        assert torch.equal(ours.degraded, theirs.degraded)
        assert torch.equal(ours.clean, theirs.clean)
