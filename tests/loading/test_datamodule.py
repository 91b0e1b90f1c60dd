"""Batches: equal for any number of workers, continued exactly, complete in spite of bad files."""

import functools

import cv2
import numpy as np
import pytest
import torch
import torch.distributed as dist
from pytorch_lightning import LightningModule, Trainer

from gpen_train.loading.build import face_data
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.loading.dataset import PairDataset, collate
from gpen_train.sources.draws import Draw, Stream


class Patterns:
    """``num_images`` different images of 16 px, each with its index in the first pixel."""

    name, resolution = "patterns", 16

    def __init__(self, num_images: int):
        self.num_images = num_images

    def __len__(self) -> int:
        return self.num_images

    def __getitem__(self, index: int) -> np.ndarray:
        image = np.random.default_rng(index).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        image[0, 0] = index
        return image

    def label(self, index: int) -> str:
        return str(index)

    def fingerprint(self) -> str:
        return f"patterns {self.num_images}"


class Grey(Patterns):
    """One image throughout, so that nothing but the degradation differs."""

    def __getitem__(self, index: int) -> np.ndarray:
        return np.full((16, 16, 3), 128, np.uint8)


def noisy_half(clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A task: blur, halve, add noise. The clean image stays as it is."""
    blurred = cv2.GaussianBlur(clean, (5, 5), rng.uniform(0.5, 2))
    small = cv2.resize(blurred, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_LINEAR)
    return (small + rng.normal(0, 10, small.shape)).clip(0, 255).astype(np.uint8), clean


def module(num_workers=0, num_images=37, images=300, **options) -> FaceDataModule:
    source, held_out = Patterns(num_images), Patterns(7)
    return FaceDataModule(source, held_out, noisy_half, images, 6, num_workers, **options)


@functools.cache
def batches_of(num_workers: int) -> list:
    return list(module(num_workers).train_dataloader())


@pytest.mark.parametrize("num_workers", [1, 3])
def test_batches_are_bit_equal_for_any_number_of_workers(num_workers):
    reference = batches_of(0)
    assert len(reference) == 50
    for ours, theirs in zip(batches_of(num_workers), reference, strict=True):
        assert torch.equal(ours.degraded, theirs.degraded)
        assert torch.equal(ours.clean, theirs.clean)


def test_batches_have_the_promised_shapes():
    batch = batches_of(0)[0]
    assert (batch.degraded.shape, batch.clean.shape) == ((6, 8, 8, 3), (6, 16, 16, 3))
    assert batch.degraded.dtype == batch.clean.dtype == torch.uint8
    assert batch.unreadable == {}


def test_passes_differ_and_no_two_samples_share_their_randomness():
    clean = torch.cat([batch.clean for batch in batches_of(0)])[:, 0, 0, 0]  # [300]: which image
    degraded = torch.cat([batch.degraded for batch in batches_of(0)])
    assert sorted(clean[:37].tolist()) == list(range(37))
    assert clean[:37].tolist() != clean[37:74].tolist()
    assert len(degraded.flatten(1).unique(dim=0)) == len(degraded)
    grey = PairDataset(Grey(9), noisy_half, seed=0)
    samples = collate([grey[Draw(index, pass_number)] for index in range(9) for pass_number in range(3)])
    assert len(samples.degraded.flatten(1).unique(dim=0)) == 27


@pytest.mark.parametrize("num_workers", [0, 2])
def test_continued_run_sees_the_same_batches(num_workers):
    rest = module(num_workers)
    rest.images_seen = 6 * 30
    for ours, whole in zip(rest.train_dataloader(), batches_of(0)[30:], strict=True):
        assert torch.equal(ours.degraded, whole.degraded)


def test_seed_and_stream_change_the_randomness():
    source = Patterns(3)
    draws = [
        PairDataset(source, noisy_half, seed, stream)[Draw(1, 0)].degraded.tobytes()
        for seed in (0, 1)
        for stream in (Stream.TRAINING, Stream.VALIDATION)
    ]
    assert len(set(draws)) == 4


def test_cache_changes_nothing():
    plain = module(cache=False, images=60).train_dataloader()
    for ours, theirs in zip(plain, batches_of(0)[:10], strict=True):
        assert torch.equal(ours.degraded, theirs.degraded)


def test_held_out_pairs_are_the_same_each_time():
    data = module(num_workers=1)
    first, second = (list(data.val_dataloader()) for _ in range(2))
    assert [len(batch.clean) for batch in first] == [6, 1]
    assert all(torch.equal(a.degraded, b.degraded) for a, b in zip(first, second, strict=True))


def test_processes_share_one_batch(monkeypatch):
    parts = []
    for rank in range(2):
        data = module(images=30)
        monkeypatch.setattr(data, "_place", lambda rank=rank: (rank, 2))
        parts.append(list(data.train_dataloader()))
    for left, right, whole in zip(*parts, batches_of(0)[:5], strict=True):
        interleaved = torch.stack([left.degraded, right.degraded], dim=1).flatten(0, 1)
        assert torch.equal(interleaved, whole.degraded)


def folder(root, **options) -> FaceDataModule:
    options = {"images": 40, "batch_size": 8, "num_workers": 0} | options
    return face_data("folder", 16, noisy_half, root=str(root), **options)


def drawn(num_images, num_held_out, **options) -> FaceDataModule:
    return face_data("drawn", 32, noisy_half, 8, num_images=num_images, num_held_out=num_held_out, **options)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_truncated_files_are_replaced_and_named_once(tmp_path, photos, truncate, caplog, num_workers):
    whole = folder(tmp_path / "photos")
    bad = whole.train.source.indices[4]
    truncate(tmp_path / "photos" / whole.train.label(4))
    data = folder(tmp_path / "photos", num_workers=num_workers)
    assert bad in data.train.source.indices  # the header is fine
    batches = [data.on_before_batch_transfer(batch, 0) for batch in data.train_dataloader()]
    assert [len(batch.clean) for batch in batches] == [8] * 5
    assert caplog.text.count(whole.train.label(4)) == 1
    assert list(data.ledger.bad) == [str(tmp_path / "photos" / whole.train.label(4))]
    image, unreadable = PairDataset(data.train, noisy_half, 0)._read(4)
    np.testing.assert_array_equal(image, data.train[5])
    assert list(unreadable) == list(data.ledger.bad)


def test_what_was_skipped_is_counted_at_the_end(tmp_path, photos, caplog):
    photos[1].write_text("no image")
    data = folder(tmp_path / "photos")
    data.on_before_batch_transfer(
        next(iter(data.train_dataloader()))._replace(unreadable={"x.png": "damaged"}), 0
    )
    data.teardown("fit")
    assert caplog.records[-1].getMessage() == "skipped 2 of 20 images"


def test_processes_count_what_they_skipped_together(monkeypatch, caplog):
    """Rank 0 says it, with what the other process has found."""

    def gather(found, ours):
        found[:] = [ours, {"a.png": "empty", "b.png": "damaged"}]

    monkeypatch.setattr(dist, "is_initialized", lambda: True)
    monkeypatch.setattr(dist, "get_world_size", lambda: 2)
    monkeypatch.setattr(dist, "all_gather_object", gather)
    for rank in range(2):
        data = module()
        monkeypatch.setattr(data, "_place", lambda rank=rank: (rank, 2))
        data.ledger.note({"a.png": "empty"})
        data.teardown("fit")
    lines = [record.getMessage() for record in caplog.records if "skipped" in record.getMessage()]
    assert lines == ["skipped 2 of 44 images"]


def test_stops_when_more_than_half_cannot_be_decoded(tmp_path, photos, truncate):
    data = folder(tmp_path / "photos")
    for index in range(11):
        truncate(tmp_path / "photos" / data.train.label(index))
    batches = list(data.train_dataloader())
    with pytest.raises(ValueError, match="11 of 20 image files cannot be used"):
        [data.on_before_batch_transfer(batch, 0) for batch in batches]


def test_nothing_decodable_is_an_error(tmp_path, make_photos, truncate):
    paths = make_photos(tmp_path, 2)
    data = folder(tmp_path, num_held_out=0)
    for path in paths:
        truncate(path)
    with pytest.raises(ValueError, match="none of the 2 images"):
        next(iter(data.train_dataloader()))


def test_folder_smaller_than_a_batch(tmp_path, make_photos):
    make_photos(tmp_path, 5)
    data = folder(tmp_path, batch_size=16, images=32)
    batches = list(data.train_dataloader())
    assert [len(batch.clean) for batch in batches] == [16, 16]
    assert len(batches[0].degraded.flatten(1).unique(dim=0)) == 16
    assert len(data.held_out) == 1


def test_held_out_folder_of_its_own(tmp_path, make_photos, truncate):
    make_photos(tmp_path / "a", 6)
    truncate(make_photos(tmp_path / "b", 4)[1])
    data = folder(tmp_path / "a", held_out_root=str(tmp_path / "b"), num_held_out=3)
    assert (len(data.train), len(data.held_out), len(data.ledger.bad)) == (6, 3, 1)
    assert (data.name, len(data.fingerprint)) == ("a", 16)


def test_drawn_faces_are_held_out_by_their_numbers():
    data = drawn(3, 2, batch_size=4, num_workers=0)
    faces = [data.train[index] for index in range(3)] + [data.held_out[index] for index in range(2)]
    assert len({face.tobytes() for face in faces}) == 5
    assert [len(batch.clean) for batch in data.train_dataloader()] == [4, 4]
    assert drawn(3, 0).val_dataloader() == []


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed is -1; expected 0 or more"):
        module(seed=-1)


class Watching(LightningModule):
    """Learns nothing and writes down what it sees."""

    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seen, self.held_out = [], []

    def training_step(self, batch, batch_idx):
        self.seen += batch.clean[:, 0, 0, 0].tolist()

    def validation_step(self, batch, batch_idx):
        self.held_out += batch.clean[:, 0, 0, 0].tolist()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.parametrize("images_seen", [0, 24])
def test_lightning_sees_each_image_of_the_run(images_seen):
    watching, data = Watching(), module(images=60, num_images=20)
    data.images_seen = images_seen
    quiet = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    trainer = Trainer(max_epochs=1, accelerator="cpu", num_sanity_val_steps=0, **dict.fromkeys(quiet, False))
    trainer.fit(watching, data)
    whole = torch.cat([batch.clean for batch in module(images=60, num_images=20).train_dataloader()])
    assert watching.seen == whole[images_seen:, 0, 0, 0].tolist()
    assert watching.held_out == list(range(7))


def test_what_workers_have_under_way_is_compared_with_the_shared_memory(monkeypatch):
    """Of a loader: two batches a worker and one in use, each of clean and degraded images."""
    asked = []
    monkeypatch.setattr("gpen_train.loading.datamodule.check_shared_memory", asked.append)
    for num_workers in (0, 2):
        module(num_workers).train_dataloader()
    assert asked == [5 * 6 * 2 * 16 * 16 * 3]
