"""Resizing, compression and colour against their definitions."""

import colorsys

import cv2
import numpy as np
import pytest

from gpen_train.degradations.colour import (
    ColourJitter,
    ColourShift,
    Grey,
    jitter_colour,
    shift_colour,
    to_grey,
)
from gpen_train.degradations.jpeg import compress
from gpen_train.degradations.resize import Downsample, resize
from gpen_train.degradations.stage import quantize


@pytest.fixture
def image():
    """A picture in colour with detail at many scales, uint8 [96, 80, 3]."""
    y, x = np.mgrid[0:96, 0:80] / 96
    detail = 0.1 * np.sin(300 * (x + 0.4 * y) * y)[..., None]
    channels = np.stack([0.3 + 0.6 * x, 0.2 + 0.5 * y, 0.7 - 0.5 * x * y], -1)
    return np.clip(255 * (channels + detail), 0, 255).astype(np.uint8)


def error(a, b) -> float:
    return float(np.abs(a.astype(np.float32) - b.astype(np.float32)).mean())


def test_resize_halves_by_the_mean_of_two_by_two(image):
    expected = image.reshape(48, 2, 40, 2, 3).mean((1, 3))
    for interpolation in ("area", "bilinear"):
        assert np.abs(resize(image, (48, 40), interpolation) - expected).max() <= 1
    assert resize(image, (96, 80)) is image


@pytest.mark.parametrize("factor", [0.8, 1.0, 3.7, 200.0])
def test_downsample_divides_the_sides(image, factor):
    small = Downsample(factor=factor)(image=image)["image"]
    assert small.shape == (max(1, int(96 / factor)), max(1, int(80 / factor)), 3)


def test_factors_are_uniform_over_their_range():
    stage = Downsample(factor=[0.8, 8])
    factors = [stage.draw(np.random.default_rng(seed), None)["factor"] for seed in range(800)]
    assert 0.8 <= min(factors) < 0.9
    assert 7.9 < max(factors) <= 8
    assert np.quantile(factors, [0.25, 0.5, 0.75]) == pytest.approx([2.6, 4.4, 6.2], abs=0.35)


@pytest.mark.parametrize("file_format", ["jpeg", "webp"])
def test_compression_errs_less_as_quality_grows(image, file_format):
    errors = [error(compress(image, quality, file_format), image) for quality in (10, 40, 70, 95)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 2 * errors[-1]


def test_compression_keeps_the_order_of_the_channels():
    red = np.full((32, 32, 3), (220, 30, 60), np.uint8)
    assert error(compress(red, 95), red) < 3


def test_jpeg_equals_a_file_of_opencv(image):
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 63])
    np.testing.assert_array_equal(compress(image, 63), cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., ::-1])


def test_quantize_rounds_and_clips():
    levels = np.array([[[-3.0, 0.4, 0.6], [254.6, 300.0, 17.2]]], np.float32)
    np.testing.assert_array_equal(quantize(levels), [[[0, 0, 1], [255, 255, 17]]])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_grey_is_the_luma(image, dtype):
    grey = to_grey(image.astype(dtype))
    assert grey.dtype == dtype
    luma = image @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(grey, np.repeat(luma[..., None], 3, -1), atol=0.51)


def test_a_shift_moves_each_channel_and_clips(image):
    shifted = shift_colour(image, (20, -15, 0))
    np.testing.assert_array_equal(shifted, np.clip(image + np.array([20, -15, 0]), 0, 255))


def jitter_by_definition(image, brightness, contrast, saturation):
    luma = np.array([0.299, 0.587, 0.114])
    image = brightness * image.astype(np.float64)
    image = contrast * image + (1 - contrast) * (image @ luma).mean()
    return saturation * image + (1 - saturation) * (image @ luma)[..., None]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_jitter_equals_its_definition(image, dtype):
    expected = np.clip(jitter_by_definition(image, 1.2, 0.6, 1.4), 0, 255)
    jittered = jitter_colour(image.astype(dtype), 1.2, 0.6, 1.4)
    assert jittered.dtype == np.uint8
    np.testing.assert_allclose(jittered, expected, atol=0.7)  # on uint8, OpenCV sums in fixed point


def test_jitter_by_nothing_changes_nothing(image):
    np.testing.assert_array_equal(jitter_colour(image), image)


@pytest.mark.parametrize("hue", [-0.1, 0.25])
def test_hue_turns_the_circle(hue):
    colour = (200, 120, 40)
    h, s, v = colorsys.rgb_to_hsv(*(level / 255 for level in colour))
    expected = 255 * np.array(colorsys.hsv_to_rgb((h + hue) % 1, s, v))
    turned = jitter_colour(np.full((2, 2, 3), colour, np.uint8), hue=hue)
    np.testing.assert_allclose(turned[0, 0], expected, atol=1)


@pytest.mark.parametrize("stage", [Grey(p=1), ColourShift(p=1), ColourJitter(p=1)])
def test_stages_leave_their_input_alone(image, stage):
    before = image.copy()
    changed = stage(image=image)["image"]
    np.testing.assert_array_equal(image, before)
    assert changed.shape == image.shape
    assert not np.array_equal(changed, image)
