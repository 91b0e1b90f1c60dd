"""Wide blurs on a coarser grid against the direct ones."""

import numpy as np
import pytest

from gpen_train.degradations import kernels
from gpen_train.degradations.blur import Blur, blur
from gpen_train.degradations.wide_blur import coarseness, wide_blur


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(20 * np.log10(255 / np.sqrt(np.mean((a.astype(np.float64) - b) ** 2))))


@pytest.mark.parametrize(
    ("sigmas", "radius", "cell"),
    [
        ((2.0, 2.0), 20, 2),
        ((2.0, 9.0), 20, 2),
        ((4.0, 4.0), 20, 4),
        ((10.0, 4.0), 20, 4),
        ((10.0, 10.0), 20, 4),  # cut at two sigmas
        ((8.0, 20.0), 40, 8),
        ((40.0, 17.0), 80, 16),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_coarse_way_equals_the_direct_one(face, sigmas, radius, cell, dtype):
    image = face(256).astype(dtype)
    assert coarseness(image.shape, min(sigmas), radius) == cell
    angle = 0.6 * (sigmas[0] != sigmas[1])
    expected = blur(image, kernels.gaussian(*sigmas, angle, radius))
    found = wide_blur(image, *sigmas, angle, radius, cell)
    assert found.dtype == np.float32
    inside = slice(radius, -radius)  # at the border the two mirror about another line
    assert psnr(found[inside, inside], expected[inside, inside]) > 50
    assert psnr(found, expected) > 45
    assert abs(found.mean() - expected.mean()) < 0.3


def test_noise_too_is_blurred_as_much():
    image = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    expected = blur(image, kernels.gaussian(3.0, 6.0, 1.0, 20))
    assert wide_blur(image, 3.0, 6.0, 1.0, 20, 2).std() == pytest.approx(expected.std(), rel=0.08)


def test_cells_fit_the_image_the_sigma_and_the_kernel():
    assert coarseness((512, 512), 1.9, 20) == 1
    assert coarseness((512, 512, 3), 3.9, 20) == 2
    assert coarseness((512, 512, 3), 10.0, 20) == 4  # five cells in the radius
    assert coarseness((510, 512, 3), 10.0, 20) == 2
    assert coarseness((511, 512, 3), 10.0, 20) == 1
    assert coarseness((2048, 2048, 3), 40.0, 80) == 16


@pytest.mark.parametrize("size", [(63, 64), (1, 1), (200, 130)])
def test_the_stage_blurs_images_of_any_size(size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    for seed in range(8):
        stage = Blur(kinds={"isotropic": 1, "anisotropic": 1}, sigma=[3, 10])
        stage.set_random_seed(seed)
        assert stage(image=image)["image"].shape == image.shape
