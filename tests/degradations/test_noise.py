"""Noise: measured strength, channels, and independence of anything but the generator."""

import cv2
import numpy as np
import pytest

from gpen_train.degradations.noise import Noise, gaussian_noise, poisson_noise
from gpen_train.degradations.stage import draw_seed


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def flat(level: float, dtype=np.float32, size: int = 256) -> np.ndarray:
    return np.full((size, size, 3), level, dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("grey", [False, True])
def test_gaussian_noise_has_its_sigma_in_every_channel(dtype, grey):
    noise = gaussian_noise(flat(100, dtype), 12.0, 0, grey) - 100
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.std((0, 1)), 12, rtol=0.02)
    np.testing.assert_allclose(noise.mean((0, 1)), 0, atol=0.15)


@pytest.mark.parametrize("make_noise", [gaussian_noise, poisson_noise])
def test_grey_noise_is_the_same_in_the_channels_and_colour_noise_is_not(make_noise):
    grey = make_noise(flat(100), 1.0, 0, grey=True) - 100
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    red, green, blue = (make_noise(flat(100), 1.0, 0) - 100).reshape(-1, 3).T
    assert np.abs(np.corrcoef([red, green, blue]) - np.eye(3)).max() < 0.02


@pytest.mark.parametrize("level", [0, 3, 10, 200])
def test_poisson_noise_has_the_moments_of_poisson_counts(level):
    noise = (poisson_noise(flat(level, size=512), 1.0, 0) - level).ravel().astype(np.float64)
    counts = rng(1).poisson(level, noise.shape) - level
    assert noise.mean() == pytest.approx(counts.mean(), abs=0.05)
    assert noise.var() == pytest.approx(counts.var(), abs=0.02 * level + 0.06 * bool(level))
    assert (noise**3).mean() == pytest.approx((counts**3).mean(), abs=0.1 * level + 0.01 * level**1.5)


def test_poisson_scale_multiplies_the_noise():
    once = poisson_noise(flat(50), 1.0, 0) - 50
    thrice = poisson_noise(flat(50), 3.0, 0) - 50
    np.testing.assert_allclose(thrice, 3 * once, atol=1e-3)


@pytest.mark.parametrize("make_noise", [gaussian_noise, poisson_noise])
def test_noise_depends_on_the_seed_alone(make_noise):
    first = make_noise(flat(80), 2.0, 5)
    cv2.setRNGSeed(123)
    cv2.randn(np.empty((7, 7), np.float32), 0, 1)
    np.testing.assert_array_equal(make_noise(flat(80), 2.0, 5), first)
    assert np.abs(make_noise(flat(80), 2.0, 6) - first).mean() > 1


def test_noise_of_many_seeds_is_normal_and_unrelated():
    samples = np.array(
        [gaussian_noise(flat(0, size=4), 1.0, draw_seed(rng(0, i)))[..., 0].ravel() for i in range(3000)]
    )
    assert np.abs(samples.mean(0)).max() < 0.08
    np.testing.assert_allclose(samples.std(0), 1, atol=0.06)
    assert np.abs(np.corrcoef(samples.T) - np.eye(16)).max() < 0.08
    assert abs(np.corrcoef(samples[:-1, 0], samples[1:, 0])[0, 1]) < 0.06


@pytest.mark.parametrize("make_noise", [gaussian_noise, poisson_noise])
def test_the_image_is_not_written_to(make_noise):
    image = flat(100)
    make_noise(image, 5.0, 0)
    np.testing.assert_array_equal(image, 100)


def test_the_stage_draws_kinds_and_grey_by_their_weights():
    stage = Noise(kinds={"gaussian": 3, "poisson": 1}, sigma=[1, 2], scale=[5, 6], grey_probability=0.4)
    draws = [stage.draw(rng(seed), None) for seed in range(600)]
    poisson = [draw["strength"] for draw in draws if draw["kind"] == "poisson"]
    assert len(poisson) / 600 == pytest.approx(0.25, abs=0.06)
    assert 5 <= min(poisson) <= max(poisson) <= 6
    assert np.mean([draw["grey"] for draw in draws]) == pytest.approx(0.4, abs=0.07)
