"""The Frechet distance by its definition, and that it tells faces from noise."""

import numpy as np
import pytest
import torch
from scipy import linalg

from gpen_train.evaluation.frechet import Moments, RandomFeatures, frechet_distance
from gpen_train.evaluation.samples import evaluate_prior
from gpen_train.models.prior import build_prior
from gpen_train.tasks.pair import Batch


def moments(features, parts=1):
    gathered = Moments()
    for part in features.chunk(parts):
        gathered.add(part)
    return gathered


def test_moments_are_numpys_whatever_the_batches():
    features = torch.randn(40, 5)
    gathered = moments(features, parts=7)
    np.testing.assert_allclose(gathered.mean, features.double().mean(0), atol=1e-12)
    np.testing.assert_allclose(gathered.covariance, np.cov(features.double().numpy().T), atol=1e-10)


def test_the_distance_is_the_formula():
    first, second = torch.randn(60, 6).double(), (torch.randn(50, 6) * 2 + 1).double()
    root = linalg.sqrtm(np.cov(first.numpy().T) @ np.cov(second.numpy().T)).real
    wanted = (first.mean(0) - second.mean(0)).square().sum() + np.trace(
        np.cov(first.numpy().T) + np.cov(second.numpy().T) - 2 * root
    )
    assert frechet_distance(moments(first), moments(second)) == pytest.approx(float(wanted), rel=1e-6)
    assert frechet_distance(moments(first), moments(first)) == pytest.approx(0, abs=1e-9)


def test_one_image_is_not_enough():
    with pytest.raises(ValueError, match="found 1 and 4 images; a Frechet distance needs two or more"):
        frechet_distance(moments(torch.randn(1, 3)), moments(torch.randn(4, 3)))


def test_random_features_are_always_the_same_and_tell_sets_apart():
    smooth = torch.nn.functional.interpolate(torch.randn(400, 3, 4, 4), (32, 32), mode="bicubic")
    features = RandomFeatures()
    assert torch.equal(features(smooth), RandomFeatures()(smooth))
    halves = frechet_distance(moments(features(smooth[:200])), moments(features(smooth[200:])))
    noise = frechet_distance(moments(features(smooth)), moments(features(torch.randn(400, 3, 32, 32))))
    assert noise > 5 * halves


def test_a_prior_is_compared_with_clean_images():
    prior = build_prior(32, style_dim=8, mapper_layers=1, channel_base=256, channel_max=8)
    clean = torch.randint(0, 256, (5, 32, 32, 3), dtype=torch.uint8)
    batches = [Batch(torch.empty(5, 0, 0, 3), clean, {})] * 2
    scores, sheet = evaluate_prior(prior, batches, num_shown=9)
    assert scores["images"] == 10
    assert scores["frechet"] > 0
    assert sheet.shape == (3 * 32, 3 * 32, 3)
    assert evaluate_prior(prior, batches)[0] == scores
