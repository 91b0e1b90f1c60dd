"""Treatments: known pixels pasted back, luma kept, at equal and at other sizes."""

import cv2
import numpy as np
import pytest
import torch

from gpen_train.holes import find_hole, paint_hole
from gpen_train.images import write_image
from gpen_train.luma import REC_601, chroma
from gpen_train.restoration.treatments import as_it_is, colorize, fill_hole, keep_luma, paste_known, read_mask


def smooth(size: int, level: int = 0) -> np.ndarray:
    """The same ramps at any size, from 60 to 140 and one in 20 higher."""
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    return np.stack([60 + 80 * x, 60 + 80 * y, 100 + 20 * x + level], axis=2).astype(np.uint8)


def square(size: int) -> np.ndarray:
    hole = np.zeros((size, size), bool)
    hole[size // 4 : size // 2, size // 4 : size // 2] = True
    return hole


def luma(image: np.ndarray) -> np.ndarray:
    return image.astype(float) @ np.array(REC_601)


def test_as_it_is_does_nothing():
    image = smooth(32)
    prepared, finish = as_it_is(image)
    assert prepared is image
    assert finish(image) is image


@pytest.mark.parametrize("by_mask", [False, True])
def test_known_pixels_come_back_to_the_bit(by_mask, tmp_path):
    rng = np.random.default_rng(0)
    image, restored = rng.integers(0, 255, (2, 32, 32, 3), dtype=np.uint8)
    hole = square(32)
    write_image(tmp_path / "mask.png", np.where(hole[..., None], np.uint8([255, 200, 200]), np.uint8(40)))
    if by_mask:
        image[0, 0] = 255  # known, though white
        prepared, finish = fill_hole(image, read_mask(tmp_path / "mask.png", 32, 32), 32, paste=True)
        np.testing.assert_array_equal(prepared, paint_hole(image, hole))
    else:
        prepared, finish = fill_hole(paint_hole(image, hole), None, 32, paste=True)
    finished = finish(restored)
    np.testing.assert_array_equal(finished[~hole], image[~hole])
    np.testing.assert_array_equal(finished[hole], restored[hole])


def test_nothing_is_pasted_unless_asked_for():
    restored = smooth(32)
    _, finish = fill_hole(paint_hole(smooth(32, 50), square(32)), None, 32)
    np.testing.assert_array_equal(finish(restored), restored)


@pytest.mark.parametrize("size", [16, 64, 128])
def test_pasting_at_another_size_lets_no_white_in(size):
    restored = smooth(32, 0)
    image = paint_hole(smooth(size, 40), square(size))
    finished = paste_known(restored, image, square(size))
    assert finished.shape == (32, 32, 3)
    far, inside = np.ones((32, 32), bool), square(32)
    far[4:20, 4:20] = False
    inside[8:10] = inside[14:16] = inside[:, 8:10] = inside[:, 14:16] = False
    assert np.abs(finished[far].astype(int) - smooth(32, 40)[far]).max() <= 3
    assert np.abs(finished[inside].astype(int) - restored[inside]).max() <= 1
    lowest, highest = smooth(32, 0).astype(int) - 6, smooth(32, 40).astype(int) + 6
    assert ((finished >= lowest) & (finished <= highest)).all()


@pytest.mark.parametrize("size", [30, 48, 128])
def test_the_network_gets_a_sharp_hole_at_its_own_size(size):
    prepared, finish = fill_hole(paint_hole(smooth(size), square(size)), None, 32, paste=True)
    hole = find_hole(prepared)
    assert hole[square(32)].all()
    assert square(32).sum() <= hole.sum() <= 12**2
    far = cv2.dilate(hole.astype(np.uint8), np.ones((5, 5))) == 0  # bicubic rings two pixels far
    assert np.abs(prepared[far].astype(int) - smooth(32)[far]).max() <= 3
    if size > 32:
        assert prepared[~hole].max() < 150  # no half-white edge
    assert finish(smooth(32)).max() < 150


def test_a_mask_of_another_size_is_resampled(tmp_path):
    write_image(tmp_path / "mask.png", square(16)[..., None].repeat(3, axis=2) * np.uint8(255))
    prepared, _ = fill_hole(smooth(64), read_mask(tmp_path / "mask.png", 64, 64), 64)
    np.testing.assert_array_equal(find_hole(prepared), square(64))


def test_a_mask_of_another_shape_is_refused_by_its_name(tmp_path):
    write_image(tmp_path / "wide.png", np.zeros((20, 40, 3), np.uint8))
    with pytest.raises(ValueError, match=r"wide\.png is 40 x 20 .* of its picture, 64 x 64"):
        read_mask(tmp_path / "wide.png", 64, 64)


@pytest.mark.parametrize("size", [16, 32, 128])
def test_the_luma_of_the_input_and_the_chroma_of_the_output(size):
    restored = cv2.rotate(smooth(32, 60), cv2.ROTATE_180)
    grey, finish = colorize(smooth(size), keep=True)
    assert (grey.max(axis=2) == grey.min(axis=2)).all()
    finished = finish(restored)
    assert np.abs(luma(finished) - luma(smooth(32))).max() < 4
    kept, made = (torch.tensor(image).permute(2, 0, 1)[None].float() for image in (finished, restored))
    assert (chroma(kept) - chroma(made)).abs().max() < 1


def test_luma_is_exact_to_rounding_at_equal_sizes():
    grey, finish = colorize(smooth(32), keep=True)
    assert np.abs(luma(finish(smooth(32, 60))) - luma(grey)).max() < 1


def test_colours_without_room_become_paler_and_keep_luma_and_hue():
    rng = np.random.default_rng(0)
    restored, image = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    grey = np.repeat(image[..., :1], 3, axis=2)
    finished = keep_luma(restored, grey)
    assert np.abs(luma(finished) - grey[..., 0]).max() < 1
    wanted = restored - luma(restored)[..., None]
    left = finished - luma(finished)[..., None]
    share = (wanted * left).sum(axis=2) / np.maximum((wanted**2).sum(axis=2), 1)
    assert share.max() < 1.3  # of the few levels that pale pixels have, rounding is a part
    assert np.abs(left - share[..., None] * wanted).max() < 1.5
    full = ((finished > 0) & (finished < 255)).all(axis=2)
    assert np.abs(left - wanted)[full].max() < 2


def test_colours_go_before_the_network_even_where_luma_is_not_kept():
    grey, finish = colorize(smooth(32))
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    np.testing.assert_array_equal(finish(smooth(32)), smooth(32))
