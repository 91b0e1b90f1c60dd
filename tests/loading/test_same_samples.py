"""For one seed the same samples, byte for byte, from every kind of storage.

At 0, 1, 2 and 4 workers, after a resume in the middle, and divided among two ranks."""

import hashlib
import tarfile

import cv2
import numpy as np
import pytest

from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.images import write_image
from gpen_train.loading.build import face_data
from gpen_train.sources.folder import FolderSource

NUM_IMAGES, IMAGES, BATCH = 40, 200, 8  # five passes
IN_ORDER = ["folder", "zip"]
SHARDS = ["shards", "foreign"]  # those of gpen data shard, and tars by other hands: in another order


def noisy_half(clean, rng):
    """A task: mirror, blur, halve, add noise."""
    clean = np.ascontiguousarray(clean[:, ::-1]) if rng.random() < 0.5 else clean
    blurred = cv2.GaussianBlur(clean, (5, 5), rng.uniform(0.5, 2))
    small = cv2.resize(blurred, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_LINEAR)
    return (small + rng.normal(0, 10, small.shape)).clip(0, 255).astype(np.uint8), clean


@pytest.fixture(scope="module")
def places(tmp_path_factory, pack):
    """The same forty photos of several formats and sizes, stored in every way: kind -> where."""
    root = tmp_path_factory.mktemp("same")
    rng = np.random.default_rng(0)
    for number in range(NUM_IMAGES):
        size = (*rng.integers(20, 60, 2), 3)
        name = f"{number // 10}/{number:03d}{('.png', '.jpg', '.webp')[number % 3]}"
        write_image(root / "folder" / name, rng.integers(0, 256, size, dtype=np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPEN_CACHE", str(root / "cache"))
        source = FolderSource(root / "folder", 32, min_size=16)
        write_shards(Packing(source), root / "shards", shard_size=10, num_workers=0)
        for number in range(4):
            with tarfile.open(root / f"foreign-{number}.tar", "w") as file:
                for index in range(number, NUM_IMAGES, 4):
                    file.add(root / "folder" / source.label(index), source.label(index))
        yield {
            "folder": root / "folder",
            "zip": pack(root / "folder", root / "photos.zip"),
            "shards": root / "shards",
            "foreign": root / "foreign-{0..3}.tar",
        }


@pytest.fixture(scope="module")
def data_of(places):
    """``data_of(kind, num_workers)`` -> the data module; nothing is held out."""

    def settings_of(kind):
        name = "shards" if kind == "foreign" else kind
        return {"kind": name, "root": str(places[kind]), "num_held_out": 0, "min_size": 16}

    def make(kind, num_workers=0, cache=True):
        settings = settings_of(kind) if kind in places else mixture()
        common = {"batch_size": BATCH, "num_workers": num_workers, "seed": 3, "cache": cache}
        return face_data(resolution=32, task=noisy_half, images=IMAGES, **common, **settings)

    def mixture():
        parts = [{**settings_of(kind), "weight": weight} for kind, weight in (("zip", 3), ("shards", 1))]
        return {"kind": "mixture", "num_held_out": 0, "parts": parts}

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


def in_any_order(batches):
    return sorted(digest for batch in batches for digest in batch)


@pytest.fixture(scope="module")
def references(data_of):
    """Each kind, read in one process."""
    return {kind: samples(data_of(kind)) for kind in (*IN_ORDER, *SHARDS, "mixture")}


def test_all_samples_differ(references):
    for batches in references.values():
        assert len(set(in_any_order(batches))) == IMAGES


def test_the_order_is_that_of_the_folder_in_the_zip_and_another_in_shards(references):
    assert references["zip"] == references["folder"]
    for kind in SHARDS:
        assert references[kind] != references["folder"]
        assert in_any_order(references[kind]) == in_any_order(references["folder"])


@pytest.mark.parametrize("num_workers", [1, 2, 4])
@pytest.mark.parametrize("kind", [*IN_ORDER, "shards", "mixture"])
def test_any_number_of_workers(data_of, references, kind, num_workers):
    assert samples(data_of(kind, num_workers)) == references[kind]


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize("kind", [*IN_ORDER, *SHARDS, "mixture"])
def test_after_a_resume_in_the_middle(data_of, references, kind, num_workers):
    data = data_of(kind, num_workers)
    data.images_seen = 11 * BATCH
    assert samples(data) == references[kind][11:]


@pytest.mark.parametrize("kind", [*IN_ORDER, *SHARDS, "mixture"])
def test_divided_among_two_ranks(data_of, references, kind, monkeypatch):
    parts = []
    for rank in range(2):
        data = data_of(kind, num_workers=rank)
        monkeypatch.setattr(data, "_place", lambda rank=rank: (rank, 2))
        parts.append(samples(data))
    for *shares, whole in zip(*parts, references[kind], strict=True):
        assert [digest for pair in zip(*shares, strict=True) for digest in pair] == whole


@pytest.mark.parametrize("kind", [*IN_ORDER, *SHARDS, "mixture"])
def test_without_the_cache_of_pixels(data_of, references, kind):
    assert samples(data_of(kind, cache=False)) == references[kind]
