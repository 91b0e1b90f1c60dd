"""The crop: filtered, in the right place, and faded as FFHQ's padding is."""

import cv2
import numpy as np
import pytest

from gpen_train.drawn import draw_face
from gpen_train.faces.crop import cut_out, fade, leaves, outsideness, resample
from gpen_train.faces.square import Square


def square(x: float, y: float, side: float, angle: float = 0.0) -> Square:
    return Square(np.array([x, y]), side / 2 * np.array([np.cos(angle), np.sin(angle)]))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


@pytest.fixture(scope="module")
def face():
    return draw_face(0, 5, 256)


def test_an_upright_square_of_whole_pixels_is_a_slice(face):
    crop = cut_out(face, square(127.5, 131.5, 128), 128)
    np.testing.assert_array_equal(crop, face[68:196, 64:192])


def test_finds_a_face_that_was_turned_into_a_scene(face):
    """Draw a face into a scene at a square, cut that square out again."""
    place = square(420.3, 350.7, 512, angle=0.5)
    back = place.transform(256)
    scene = cv2.warpAffine(
        face,
        cv2.invertAffineTransform(back),
        (900, 800),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inner = (slice(8, -8), slice(8, -8))
    assert psnr(cut_out(scene, place, 256)[inner], face[inner]) > 36


def test_shrinking_is_filtered():
    """Stripes finer than the crop's pixels become grey; taking every fourth pixel would leave stripes."""
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::3] = 255
    crop = resample(stripes, square(255.5, 255.5, 400), 100)
    assert abs(float(crop.mean()) - 85) < 2
    assert crop[8:-8, 8:-8].std() < 3


def by_definition(photo: np.ndarray, square: Square, resolution: int) -> np.ndarray:
    """FFHQ's order for an upright square: crop and pad the photo, blur it there, then shrink it."""
    height, width = photo.shape[:2]
    side = square.side
    (left, top), (right, bottom) = square.corners.min(0), square.corners.max(0)
    border = max(round(side * 0.1), 3)
    excess = [border - left, border - top, right - (width - 1) + border, bottom - (height - 1) + border]
    pads = [int(max(np.ceil(pad), round(side * 0.3))) for pad in excess]
    padded = np.pad(photo.astype(np.float32), ((pads[1], pads[3]), (pads[0], pads[2]), (0, 0)), "reflect")
    y, x = np.mgrid[0 : padded.shape[0], 0 : padded.shape[1]]
    far_x, far_y = padded.shape[1] - 1 - x, padded.shape[0] - 1 - y
    mask = np.maximum(
        1 - np.minimum(x / pads[0], far_x / pads[2]), 1 - np.minimum(y / pads[1], far_y / pads[3])
    )[:, :, None]
    blurred = cv2.GaussianBlur(padded, (0, 0), 0.02 * side)
    padded += (blurred - padded) * np.clip(3 * mask + 1, 0, 1)
    x, y = round(left + 0.5) + pads[0], round(top + 0.5) + pads[1]
    crop = padded[y : y + round(side), x : x + round(side)]
    mask = mask[y : y + round(side), x : x + round(side)]
    crop = crop + (np.median(crop, axis=(0, 1)) - crop) * np.clip(mask, 0, 1)
    return cv2.resize(crop, (resolution, resolution), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize(("x", "y"), [(90.5, 131.5), (131.5, 215.5), (30.5, 40.5), (220.5, 127.5)])
def test_padding_equals_its_definition(face, x, y):
    place = square(x, y, 200)
    assert leaves(place, 256, 256)
    assert psnr(cut_out(face, place, 100), by_definition(face, place, 100)) > 34


def test_the_padding_fades_and_the_photo_stays(face):
    place = square(-20, 128, 200)  # 120 pixels to the left of the photo, 80 within
    faded, mirrored = cut_out(face, place, 128), resample(face, place, 128)
    assert faded[:, :6].std(axis=(0, 1)).max() < 0.3 * mirrored[:, :6].std(axis=(0, 1)).min()
    np.testing.assert_array_equal(faded[:, 110:], mirrored[:, 110:])


def test_nothing_fades_well_inside_the_photo(face):
    place = square(127.5, 127.5, 150)
    assert not leaves(place, 256, 256)
    assert outsideness(place, 256, 256, 64).max() < -1 / 3 + 0.01
    untouched = fade(face, np.full((256, 256), -0.34, np.float32))
    np.testing.assert_array_equal(untouched, face)


@pytest.mark.parametrize(
    ("centre", "across"),
    [((32, 32), 1e5), ((32, 32), 300), ((2000, 32), 20), ((32, -1e6), 20), ((1e6, 1e6), 4e5)],
)
def test_a_square_of_no_face_in_the_photo_is_refused_at_once(centre, across):
    photo = np.zeros((48, 64, 3), np.uint8)
    with pytest.raises(ValueError, match=r"is none of a photo of 64 x 48 px"):
        cut_out(photo, Square(np.array(centre, float), np.array([across, 0.0])), 32)
