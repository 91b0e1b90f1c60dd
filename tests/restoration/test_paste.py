"""Faces put back: exactly nothing outside of the squares, no shift inside, and neighbours that share."""

import math

import numpy as np
import pytest

from gpen_train.faces.crop import cut_out
from gpen_train.faces.square import Square
from gpen_train.restoration.paste import Patch, Region, around, paste, resample_back, soft_mask


def smooth(height: int = 240, width: int = 320) -> np.ndarray:
    """Soft colours, which resampling does not change: waves of 160 pixels and more."""
    y, x = np.mgrid[0:height, 0:width] * (2 * np.pi / 160)
    waves = [np.sin(x) + np.cos(y), np.sin(0.6 * x + 0.7 * y), np.cos(0.5 * x - 0.8 * y)]
    return np.rint(128 + 50 * np.stack(waves, axis=2)).clip(0, 255).astype(np.uint8)


def square(x: float, y: float, side: float, degrees: float = 0.0) -> Square:
    angle = math.radians(degrees)
    return Square(np.array([x, y]), np.array([math.cos(angle), math.sin(angle)]) * side / 2)


def untouched(squares: list[Square], height: int = 240, width: int = 320) -> np.ndarray:
    """True where no mask reaches."""
    outside = np.ones((height, width), bool)
    for item in squares:
        region = around(item, width, height)
        if region:
            outside[region.slices] &= soft_mask(item, region) == 0
    return outside


@pytest.mark.parametrize("resolution", [32, 64, 256])
@pytest.mark.parametrize("degrees", [0, 17, -30, 180])
@pytest.mark.parametrize(
    ("x", "y", "side"), [(160, 120, 90), (150.3, 99.7, 61.5), (10, 5, 80), (318, 239, 150)]
)
@pytest.mark.parametrize("scale", [1, 257])
def test_a_face_that_was_only_resampled_changes_nothing(resolution, degrees, x, y, side, scale):
    photo, place = smooth(), square(x, y, side, degrees)
    face = cut_out(photo, place, resolution, inside=False)
    levels = photo if scale == 1 else photo.astype(np.uint16) * np.uint16(scale)
    pasted = paste(levels, [Patch(face, place)])
    assert pasted.dtype == levels.dtype
    difference = np.abs(pasted.astype(int) - levels) / scale
    assert difference[untouched([place])].max() == 0
    edge = 3 * math.ceil(max(1, side / resolution))  # beyond the photo's edge it is mirrored, and blurred
    inner = difference[edge:-edge, edge:-edge]
    assert np.quantile(inner, 0.99) <= 1
    assert inner.max() <= 2  # the crop is rounded, and rounding is resampled too
    assert difference.max() <= 8


def test_a_fine_face_comes_back_in_its_place():
    """A cross of one pixel, drawn into a face eight times as fine, is where it would be in the photo."""
    photo, place = np.zeros((100, 100, 3), np.uint8), square(49.5, 49.5, 50)
    face = np.zeros((400, 400, 3), np.uint8)
    face[200:208] = face[:, 104:112] = 255  # row 25 and column 13 of the square's 50
    pasted = paste(photo, [Patch(face, place)])
    rows, columns = pasted[..., 0].sum(1).argmax(), pasted[..., 0].sum(0).argmax()
    assert (rows, columns) == (25 + 25, 25 + 13)


def test_the_soft_mask_is_its_definition():
    place, region = square(50, 40, 60, 25), Region(0, 0, 100, 80)
    mask = soft_mask(place, region)
    matrix = place.transform(2)
    for x, y in [(50, 40), (30, 20), (75, 45), (22, 33), (70, 62)]:
        u, v = np.abs(matrix @ [x, y, 1] - 0.5)
        tu, tv = (min(max((1 - part) / 0.1, 0), 1) for part in (u, v))
        expected = (3 * tu**2 - 2 * tu**3) * (3 * tv**2 - 2 * tv**3)
        assert mask[y, x] == pytest.approx(expected, abs=1e-5)


def test_neighbours_share_by_nearness_whatever_their_order():
    photo = np.full((200, 300, 3), 100, np.uint8)
    left, right = square(120, 100, 120), square(180, 100, 120)
    faces = [
        Patch(np.full((64, 64, 3), value, np.uint8), place) for value, place in ((0, left), (200, right))
    ]
    one, other = paste(photo, faces), paste(photo, faces[::-1])
    np.testing.assert_array_equal(one, other)
    assert one[100, 121].max() <= 10  # the centre of each is its own
    assert one[100, 179].min() >= 190
    assert abs(int(one[100, 150, 0]) - 100) <= 2  # in the middle, half of each
    steps = np.abs(np.diff(one[100, :, 0].astype(int)))
    assert steps.max() <= 60  # borders of six pixels
    assert steps[125:175].max() <= 12  # from one face to the other


def test_strength_and_mask_hold_a_face_back():
    photo, place = np.zeros((100, 100, 3), np.uint8), square(50, 50, 80)
    face = np.full((40, 40, 3), 200, np.uint8)
    assert paste(photo, [Patch(face, place)], strength=0.25)[50, 50, 0] == 50
    mask = np.zeros((100, 100), np.float32)
    mask[40:60, 40:60] = 1
    pasted = paste(photo, [Patch(face, place, mask)])
    assert (pasted[40:60, 40:60] == 200).all()
    assert pasted.sum() == 200 * 3 * 400


def test_a_square_outside_of_the_photo_changes_nothing():
    photo = smooth()
    face = np.zeros((32, 32, 3), np.uint8)
    np.testing.assert_array_equal(paste(photo, [Patch(face, square(-100, -100, 50))]), photo)


def test_resampling_back_filters_what_is_finer():
    """A chessboard of a pixel, twice as fine as the photo, becomes its mean."""
    board = (np.indices((128, 128)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    place = square(50, 50, 64)
    inner = resample_back(board, place, Region(30, 30, 70, 70))
    assert np.abs(inner[6:-6, 6:-6] - 127.5).max() <= 3
