"""PSNR, SSIM and MS-SSIM against scikit-image and torchmetrics on fifty pairs."""

import numpy as np
import pytest
import torch
from torchmetrics.image import MultiScaleStructuralSimilarityIndexMeasure

from gpen_train.degradations.chain import build_chain
from gpen_train.drawn.render import draw_face
from gpen_train.evaluation.metrics import SMALLEST_FOR_MS_SSIM, ms_ssim, psnr, psnr_y, ssim

color = pytest.importorskip("skimage.color")
skimage = pytest.importorskip("skimage.metrics")

NUM, SIDE, TOLERANCE = 50, SMALLEST_FOR_MS_SSIM, 1e-4


@pytest.fixture(scope="module")
def pairs():
    """Five faces, each degraded ten times: uint8 [50, S, S, 3] twice."""
    chain = build_chain({"blur": {}, "downsample": {}, "noise": {}, "compression": {}, "resize_back": {}})
    clean = [draw_face(0, i % 5, SIDE) for i in range(NUM)]
    degraded = [chain(image, np.random.default_rng(i))[0] for i, image in enumerate(clean)]
    return np.stack(degraded), np.stack(clean)


def ours(metric, pairs):
    return torch.cat(
        [metric(*(torch.from_numpy(side[i : i + 10]) for side in pairs)) for i in range(0, NUM, 10)]
    )


def test_psnr_is_scikit_images(pairs):
    theirs = [
        skimage.peak_signal_noise_ratio(clean, image, data_range=255)
        for image, clean in zip(*pairs, strict=True)
    ]
    np.testing.assert_allclose(ours(psnr, pairs), theirs, atol=TOLERANCE)
    assert np.ptp(theirs) > 3  # they are not all alike


def test_psnr_of_luma_is_scikit_images(pairs):
    luma = [color.rgb2ycbcr(side)[..., 0] for side in pairs]
    theirs = [skimage.peak_signal_noise_ratio(b, a, data_range=255) for a, b in zip(*luma, strict=True)]
    np.testing.assert_allclose(ours(psnr_y, pairs), theirs, atol=TOLERANCE)


def test_ssim_is_scikit_images(pairs):
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    theirs = [
        skimage.structural_similarity(*pair, channel_axis=2, **settings) for pair in zip(*pairs, strict=True)
    ]
    np.testing.assert_allclose(ours(ssim, pairs), theirs, atol=TOLERANCE)


def test_ms_ssim_is_torchmetrics(pairs):
    images, clean = (torch.from_numpy(side).permute(0, 3, 1, 2).float() for side in pairs)
    similarity = MultiScaleStructuralSimilarityIndexMeasure(data_range=255.0)
    theirs = [float(similarity(images[i : i + 1], clean[i : i + 1])) for i in range(NUM)]
    np.testing.assert_allclose(ours(ms_ssim, pairs), theirs, atol=TOLERANCE)


def test_smaller_images_have_no_ms_ssim():
    small = torch.zeros(1, SIDE - 1, SIDE - 1, 3, dtype=torch.uint8)
    with pytest.raises(ValueError, match="must be larger than"):
        ms_ssim(small, small)
