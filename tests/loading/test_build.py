"""From the settings of configs/data to batches, whatever the kind."""

import numpy as np
import pytest

from gpen_train.images import write_image
from gpen_train.loading.build import face_data
from gpen_train.tasks.pair import IMAGES, MADE


def darken(clean, rng):
    """A task without pairs of files."""
    return (clean * rng.uniform(0.2, 0.8)).astype(np.uint8), clean


class Darken:
    """A task that takes pairs of files too."""

    name = "darken"
    inputs = (MADE, IMAGES)

    def __call__(self, clean, rng):
        return darken(clean, rng)

    def pair(self, pair, rng):
        return pair


@pytest.fixture
def build(tmp_path, make_photos, pack):
    """``build(kind, ...)`` -> a data module of 16 px; photos, photos.zip and pairs lie in the folder."""
    make_photos(tmp_path / "photos", 20)
    pack(tmp_path / "photos", tmp_path / "photos.zip")
    make_photos(tmp_path / "clean", 8)
    for path in make_photos(tmp_path / "degraded", 8):
        write_image(path, np.full((32, 32, 3), 3, np.uint8))

    def make(kind, task=None, images=40, **settings):
        options = {"batch_size": 8, "num_workers": 0} | settings
        return face_data(kind, 16, task or Darken(), images, **options)

    return make


@pytest.fixture
def kinds(tmp_path):
    return {
        "folder": {"root": str(tmp_path / "photos")},
        "zip": {"root": str(tmp_path / "photos.zip")},
        "pairs": {"degraded": str(tmp_path / "degraded"), "clean": str(tmp_path / "clean")},
        "drawn": {"num_images": 6},
    }


@pytest.mark.parametrize("kind", ["folder", "zip", "pairs"])
def test_limit_is_of_the_training_images_alone(build, kinds, kind):
    whole, limited = build(kind, **kinds[kind]), build(kind, limit=3, **kinds[kind])
    assert len(limited.train) == 3
    assert [limited.train.label(n) for n in range(3)] == [whole.train.label(n) for n in range(3)]
    assert [d.held_out.fingerprint() for d in (whole, limited)] == [whole.held_out.fingerprint()] * 2
    assert [len(batch.clean) for batch in limited.train_dataloader()] == [8] * 5


def test_limit_of_drawn_faces(tmp_path):
    data = face_data("drawn", 32, darken, 8, limit=2, num_images=6, num_held_out=1, num_workers=0)
    assert (len(data.train), len(data.held_out), data.held_out.label(0)) == (2, 1, "000006")


def test_a_mixture_of_everything(build, kinds):
    """Each part is written as the data of its kind, with a weight."""
    weights = {"folder": 2, "zip": 1, "pairs": 1}
    parts = [{"kind": kind, "weight": weight, **kinds[kind]} for kind, weight in weights.items()]
    data = build("mixture", parts=parts, images=2000, num_held_out=4, limit=16)
    assert [len(part) for part in data.train.parts] == [8, 4, 4]
    assert [1 <= len(part) <= num for part, num in zip(data.held_out.parts, (2, 1, 1), strict=True)] == [
        True
    ] * 3
    assert data.name == "photos+photos+clean"
    seen = np.concatenate([batch.degraded.numpy() for batch in data.train_dataloader()])
    are_files = (seen == 3).all(axis=(1, 2, 3))
    assert (len(seen), are_files.sum()) == (2000, 500)
    assert len(list(data.val_dataloader())) == 1
    assert data.ledger.num_files == 20 + 20 + 16


def test_a_part_may_have_a_limit_and_a_held_out_number_of_its_own(build, kinds):
    parts = [
        {"kind": "folder", "limit": 5, **kinds["folder"]},
        {"kind": "zip", "num_held_out": 0, **kinds["zip"]},
    ]
    data = build("mixture", parts=parts)
    assert [len(part) for part in data.train.parts] == [5, 20]
    assert len(data.held_out.parts) == 1
    parts = [{**part, "num_held_out": 0} for part in parts]
    assert build("mixture", parts=parts).held_out is None


def test_a_zip_for_the_held_out_images(build, kinds, tmp_path, pack):
    pack(tmp_path / "clean", tmp_path / "clean.zip")
    data = build("zip", held_out_root=str(tmp_path / "clean.zip"), num_held_out=3, **kinds["zip"])
    assert (len(data.train), len(data.held_out)) == (20, 3)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("tape", {}, "there is no data of the kind 'tape'; choose one of: folder, zip"),
        ("folder", {"rot": "x"}, "data of the kind folder has no setting rot; it has: root, held_out_root"),
        ("folder", {}, "data of the kind folder needs root; it has: root"),
        ("drawn", {"num_images": 6, "limit": 0}, "data.limit is 0; expected 1 or more"),
        ("mixture", {"parts": []}, r"data.parts is empty; expected a list such as"),
        ("mixture", {"parts": [{"root": "x"}]}, "there is no data of the kind 'missing'"),
        ("mixture", {"parts": [{"kind": "drawn", "num_images": 6, "weight": 0}]}, "by the weights 0"),
    ],
)
def test_bad_settings_are_one_line(build, kind, settings, message):
    with pytest.raises(ValueError, match=message) as raised:
        build(kind, **settings)
    assert "\n" not in str(raised.value)


def test_a_task_that_makes_its_degraded_images_refuses_pairs(build, kinds):
    parts = [{"kind": "drawn", "num_images": 3}, {"kind": "pairs", **kinds["pairs"]}]
    for kind, settings in (("pairs", kinds["pairs"]), ("mixture", {"parts": parts})):
        with pytest.raises(ValueError, match="pairs of degraded and clean images; set task=bfr"):
            face_data(kind, 32, darken, 8, **settings)
