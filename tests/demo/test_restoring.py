"""A photograph restored for the page: views of one size, whole and face by face."""

from dataclasses import replace

import numpy as np
import pytest

from gpen_train.demo.restoring import LONGEST, WHOLE, restore
from gpen_train.faces.face import face_of
from gpen_train.images import resize_area
from gpen_train.photos.photo import Photo
from gpen_train.restoration.restorer import Restorer
from gpen_train.restoration.settings import Settings

POINTS = np.array([[-12.0, 0], [12, 0], [0, 14], [-10, 26], [10, 26]])
ALL = Settings(faces="all")


def noise(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


@pytest.fixture
def find(monkeypatch):
    """``find((x, y), ..)``: the faces that any detector finds from then on."""

    def give(*places):
        monkeypatch.setattr("gpen_train.restoration.pictures.check_detector", lambda name: None)
        monkeypatch.setattr(
            "gpen_train.restoration.pictures.detect",
            lambda name, photo: [face_of(POINTS + place) for place in places],
        )

    give((60, 60), (180, 70))
    return give


def test_the_whole_and_each_face(find, models):
    photo = Photo(noise(140, 240))
    outcome = restore(photo, models["bfr"], ALL)
    assert list(outcome.views) == [WHOLE, "face 1", "face 2"]
    expected = Restorer(models["bfr"].gpen, "cpu", faces="all")(photo.pixels)
    whole = outcome.views[WHOLE]
    np.testing.assert_array_equal(whole.before, photo.pixels)
    np.testing.assert_array_equal(whole.after, expected.photo)
    for number, face in enumerate(expected.faces, start=1):
        np.testing.assert_array_equal(outcome.views[f"face {number}"].before, face.before)
        np.testing.assert_array_equal(outcome.views[f"face {number}"].after, face.after)
    assert outcome.said == "2 faces found. The result has 240 x 140 pixels."


def test_strength_goes_for_the_faces_too(find, models):
    outcome = restore(Photo(noise(140, 240)), models["bfr"], replace(ALL, strength=0.0))
    for view in outcome.views.values():
        np.testing.assert_array_equal(view.before, view.after)


@pytest.mark.parametrize("channels", [1, 3])
def test_both_sides_have_one_size_when_enlarged(find, models, channels):
    photo = Photo(noise(140, 240, channels))
    whole = restore(photo, models["bfr"], replace(ALL, upscale=2)).views[WHOLE]
    assert whole.before.shape == whole.after.shape == (280, 480, 3)
    np.testing.assert_array_equal(whole.before, photo.enlarged(2).rgb)


def test_what_is_large_is_shrunk_to_be_shown_and_kept_to_be_saved(find, models):
    photo = Photo(noise(300, 3000))
    outcome = restore(photo, models["bfr"], ALL)
    assert outcome.views[WHOLE].before.shape == outcome.views[WHOLE].after.shape == (205, LONGEST, 3)
    assert outcome.photo.size == (3000, 300)


def test_an_aligned_face_has_one_view(models):
    photo = Photo(noise(50, 50))
    outcome = restore(photo, models["bfr"], Settings(faces="aligned"))
    assert list(outcome.views) == [WHOLE]
    np.testing.assert_array_equal(outcome.views[WHOLE].before, resize_area(photo.pixels, 32))
    assert outcome.said == "Taken as one aligned face. The result has 32 x 32 pixels."


def test_no_face_and_faces_left_out_are_said(find, models):
    photo = Photo(noise(140, 240))
    largest = restore(photo, models["bfr"], Settings(faces="largest"))
    assert largest.said.startswith("2 faces found, 1 of them restored.")
    assert list(largest.views) == [WHOLE, "face 1"]
    find()
    assert restore(photo, models["bfr"], ALL).said.startswith("No face was found: nothing is restored.")


def test_inpainting_fills_what_was_drawn_over(find, models):
    photo = Photo(noise(140, 240))
    for hole in (None, np.zeros((70, 120), bool)):
        with pytest.raises(ValueError, match="draw over it first"):
            restore(photo, models["inpainting"], ALL, hole)
    hole = np.zeros((70, 120), bool)  # of half the size, as a page may have it
    hole[25:40, 22:38] = True
    outcome = restore(photo, models["inpainting"], ALL, hole)
    changed = (outcome.photo.pixels != photo.pixels).any(2)
    assert changed[54:76, 48:72].mean() > 0.9
    assert not changed[:46].any()
    assert not changed[:, 84:].any()


def test_settings_out_of_range_are_told(models):
    with pytest.raises(ValueError, match="strength is 2"):
        restore(Photo(noise(32, 32)), models["bfr"], Settings(strength=2))
