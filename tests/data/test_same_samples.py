"""For one seed the same samples, byte for byte: from every kind of storage, at any number of workers, after a
resume in the middle, and divided among ranks."""

import hashlib

import cv2
import numpy as np
import pytest

from gpen_train.data.build import face_data
from gpen_train.images import write_image

NUM_IMAGES, IMAGES, BATCH = 40, 200, 8  # five passes


def noisy_half(clean, rng):
    """A task: mirror, blur, halve, add noise."""
    clean = np.ascontiguousarray(clean[:, ::-1]) if rng.random() < 0.5 else clean
    blurred = cv2.GaussianBlur(clean, (5, 5), rng.uniform(0.5, 2))
    small = cv2.resize(blurred, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_LINEAR)
    return (small + rng.normal(0, 10, small.shape)).clip(0, 255).astype(np.uint8), clean


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The same forty photos of several formats and sizes, as a folder and as a zip."""
    root = tmp_path_factory.mktemp("same")
    rng = np.random.default_rng(0)
    for number in range(NUM_IMAGES):
        size = (*rng.integers(20, 60, 2), 3)
        name = f"{number // 10}/{number:03d}{('.png', '.jpg', '.webp')[number % 3]}"
        write_image(root / "photos" / name, rng.integers(0, 256, size, dtype=np.uint8))
    return root


@pytest.fixture(scope="module")
def data_of(places, pack):
    """``data_of(kind, num_workers)`` -> the data module; nothing is held out."""
    pack(places / "photos", places / "photos.zip")
    roots = {"folder": places / "photos", "zip": places / "photos.zip"}

    def make(kind, num_workers=0, **options):
        settings = {
            "batch_size": BATCH,
            "num_workers": num_workers,
            "seed": 3,
            "num_held_out": 0,
            "min_size": 16,
        }
        return face_data(kind, 32, noisy_half, IMAGES, root=str(roots[kind]), **settings, **options)

    return make


def samples(data):
    """SHA-256 of each sample, degraded and clean, batch by batch."""
    return [
        [
            hashlib.sha256(degraded.numpy().tobytes() + clean.numpy().tobytes()).hexdigest()
            for degraded, clean in zip(batch.degraded, batch.clean, strict=True)
        ]
        for batch in data.train_dataloader()
    ]


@pytest.fixture(scope="module")
def reference(data_of):
    """From a folder, in one process."""
    found = samples(data_of("folder"))
    assert len({digest for batch in found for digest in batch}) == IMAGES
    return found


@pytest.mark.parametrize("num_workers", [0, 1, 2, 4])
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_every_storage_and_number_of_workers(data_of, reference, kind, num_workers):
    assert samples(data_of(kind, num_workers)) == reference


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_after_a_resume_in_the_middle(data_of, reference, kind, num_workers):
    data = data_of(kind, num_workers)
    data.images_seen = 11 * BATCH
    assert samples(data) == reference[11:]


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_divided_among_two_ranks(data_of, reference, kind, monkeypatch):
    parts = []
    for rank in range(2):
        data = data_of(kind, num_workers=1)
        monkeypatch.setattr(data, "_place", lambda rank=rank: (rank, 2))
        parts.append(samples(data))
    for *shares, whole in zip(*parts, reference, strict=True):
        assert [digest for pair in zip(*shares, strict=True) for digest in pair] == whole


def test_without_the_cache_of_pixels(data_of, reference):
    assert samples(data_of("zip", cache=False)) == reference
