"""Blur kernels and filters against their definitions."""

import math

import cv2
import numpy as np
import pytest

from gpen_train.degradations import kernels
from gpen_train.degradations.blur import KINDS, NEGLIGIBLE_SIGMA, Blur, blur, kernel_of
from gpen_train.degradations.stage import Frame


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (48, 56, 3), dtype=np.uint8)


def draw(stage: Blur, seed: int, scale: float = 1.0) -> dict:
    return stage.draw(np.random.default_rng(seed), Frame(scale, (512, 512)))


def measured_sigmas(kernel: np.ndarray) -> tuple[float, float]:
    """Standard deviations along the principal axes, smaller first."""
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    x, y = np.meshgrid(offsets, offsets)
    covariance = [[(kernel * a * b).sum() for a in (x, y)] for b in (x, y)]
    return tuple(np.sqrt(np.linalg.eigvalsh(covariance)))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"sinc"}))
@pytest.mark.parametrize("scale", [0.125, 1.0])
def test_kernels_sum_to_one_and_mirror_themselves(kind, scale):
    stage = Blur(kinds={kind: 1}, sigma=[2, 10])
    for seed in range(20):
        kernel = kernel_of(draw(stage, seed, scale))
        assert kernel.dtype == np.float32
        assert len(kernel) % 2 == 1
        assert kernel.min() >= 0
        assert kernel.sum() == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(kernel, np.flip(kernel), atol=1e-7)


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.0])
def test_the_gaussian_has_the_sigmas_it_was_asked_for(angle):
    kernel = kernels.gaussian(1.5, 3.0, angle, radius=20)
    assert measured_sigmas(kernel) == pytest.approx((1.5, 3.0), rel=1e-3)


def test_the_angle_turns_the_first_axis():
    kernel = kernels.gaussian(4.0, 1.0, math.pi / 4, radius=10)
    assert kernel[12, 12] > 10 * kernel[12, 8]  # rows count downwards: the axis runs through [+, +]


def test_the_generalized_gaussian_with_beta_one_is_the_gaussian():
    x = np.arange(-9, 10)
    gaussian = np.exp(-0.5 * ((x[None] / 2.0) ** 2 + (x[:, None] / 3.5) ** 2))
    kernel = kernels.generalized_gaussian(2.0, 3.5, 0.0, 1.0, radius=9)
    np.testing.assert_allclose(kernel, gaussian / gaussian.sum(), atol=1e-6)


def test_beta_above_one_flattens_the_top():
    near, far = [], []
    for beta in (0.5, 1, 4):
        row = (
            kernels.generalized_gaussian(4, 4, 0, beta, 16)[16]
            / kernels.generalized_gaussian(4, 4, 0, beta, 16).max()
        )
        near.append(row[18])
        far.append(row[28])
    assert near == sorted(near)  # half a sigma away
    assert far == sorted(far, reverse=True)  # three sigmas away


def test_a_plateau_is_flat_inside_and_halves_at_sigma():
    kernel = kernels.plateau(6.0, 6.0, 0.0, 2.0, radius=20)
    assert kernel[20, 21] == pytest.approx(kernel[20, 20], rel=1e-2)
    assert kernel[20, 26] == pytest.approx(kernel[20, 20] / 2, rel=1e-4)


def test_a_stroke_is_as_long_as_asked_and_a_disk_as_wide():
    stroke = kernels.motion(12.0, 0.0)
    assert np.count_nonzero(stroke[len(stroke) // 2]) == 13  # from -6 to 6
    assert measured_sigmas(stroke) == pytest.approx((0, 12 / math.sqrt(12)), abs=0.3)
    disk = kernels.defocus(5.0)
    assert np.count_nonzero(disk) == pytest.approx(math.pi * 5.5**2, rel=0.1)
    assert disk[5, 0] == pytest.approx(disk[5, 5] / 2)


def test_a_sinc_lets_low_frequencies_pass_and_stops_high_ones():
    kernel = kernels.sinc(0.5, 10)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(kernel, np.flip(kernel), atol=1e-7)
    response = np.abs(np.fft.fft2(kernel, (128, 128)))[0, :65]  # to the highest frequency
    assert response[:20].min() > 0.8
    assert response[45:].max() < 0.15
    assert kernel.min() < -1e-3  # it rings


def test_the_bessel_function_equals_its_series():
    x = np.array([0.0, 0.5, 2.0, 7.0])
    series = sum(
        (-1) ** k / (math.factorial(k) * math.factorial(k + 1)) * (x / 2) ** (2 * k + 1) for k in range(40)
    )
    np.testing.assert_allclose(kernels._bessel_j1(x), series, atol=1e-9)


def test_cutoffs_are_drawn_by_the_size_of_the_kernel():
    for size, low in ((7, 1 / 3), (21, 0.2)):
        stage = Blur(kinds={"sinc": 1}, kernel_size=size)
        cutoffs = [draw(stage, seed)["cutoff"] for seed in range(300)]
        assert low <= min(cutoffs) < low + 0.03
        assert 0.97 < max(cutoffs) <= 1
        assert draw(stage, 0, 4.0)["cutoff"] == pytest.approx(cutoffs[0] / 4)
        assert draw(stage, 0, 0.01)["cutoff"] == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("radius", [3, 10])
def test_the_separable_pass_equals_the_two_dimensional_kernel(image, dtype, radius):
    image = image.astype(dtype)
    separable = blur(image, kernels.gaussian_1d(2.5, radius))
    direct = blur(image, kernels.gaussian(2.5, 2.5, 0.3, radius))
    assert separable.dtype == direct.dtype == np.float32
    np.testing.assert_allclose(separable, direct, atol=2e-3)


@pytest.mark.parametrize("size", [5, 21])
def test_blur_equals_the_sum_of_shifted_images(image, size):
    kernel = np.random.default_rng(1).random((size, size), dtype=np.float32)
    kernel = kernel + np.flip(kernel)
    kernel /= kernel.sum()
    padded = np.pad(image, [(size // 2, size // 2)] * 2 + [(0, 0)], mode="reflect").astype(np.float64)
    rows, columns = image.shape[:2]
    expected = sum(
        kernel[i, j] * padded[i : i + rows, j : j + columns] for i in range(size) for j in range(size)
    )
    np.testing.assert_allclose(blur(image, kernel), expected, atol=2e-3)


def test_an_impulse_shows_the_measured_sigma():
    impulse = np.zeros((65, 65, 3), np.float32)
    impulse[32, 32] = 1
    spread = blur(impulse, kernel_of({"kind": "isotropic", "radius": 20, "sigma_x": 2.0}))[..., 0]
    assert measured_sigmas(spread) == pytest.approx((2.0, 2.0), rel=5e-3)


def test_trimming_the_kernel_does_not_show(image):
    drawn = {"kind": "anisotropic", "radius": 20, "sigma_x": 1.2, "sigma_y": 0.6, "angle": 0.5}
    full = blur(image, kernels.gaussian(1.2, 0.6, 0.5, radius=20))
    assert len(kernel_of(drawn)) < 41
    np.testing.assert_allclose(blur(image, kernel_of(drawn)), full, atol=0.05)


def test_a_negligible_sigma_leaves_the_image_alone(image):
    stage = Blur(sigma=[NEGLIGIBLE_SIGMA - 0.01, NEGLIGIBLE_SIGMA - 0.01])
    assert stage(image=image, frame=Frame(1.0, image.shape[:2]))["image"] is image
    at_the_limit = cv2.GaussianBlur(image.astype(np.float32), (3, 3), NEGLIGIBLE_SIGMA)
    np.testing.assert_allclose(at_the_limit, image, atol=0.02)


def test_lengths_scale_and_the_kernel_stays_odd():
    stage = Blur(sigma=[8, 8], kernel_size=41)
    radii = {scale: draw(stage, 0, scale)["radius"] for scale in (1 / 64, 0.125, 0.5, 1, 2)}
    assert radii == {1 / 64: 1, 0.125: 2, 0.5: 10, 1: 20, 2: 40}
    assert draw(stage, 0, 0.125)["sigma_x"] == pytest.approx(1.0)
    for kind, length in (("motion", "length"), ("defocus", "disk_radius")):
        stage = Blur(kinds={kind: 1}, motion_length=[8, 8], defocus_radius=[8, 8])
        assert draw(stage, 0, 0.25)[length] == pytest.approx(2.0)


def test_kernel_sizes_are_drawn_from_the_odd_ones():
    stage = Blur(kernel_size=[7, 11])
    assert {2 * draw(stage, seed)["radius"] + 1 for seed in range(40)} == {7, 9, 11}


def test_half_of_the_betas_lie_on_each_side_of_one():
    stage = Blur(kinds={"generalized_isotropic": 1}, generalized_beta=[0.5, 4])
    betas = np.array([draw(stage, seed)["beta"] for seed in range(400)])
    assert 0.4 < (betas < 1).mean() < 0.6
    assert betas.min() >= 0.5
    assert betas.max() <= 4
