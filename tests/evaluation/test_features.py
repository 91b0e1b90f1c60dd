"""FID and KID from streamed features: by their definitions, against torch-fidelity, in any order."""

import numpy as np
import pytest
import torch
from scipy import linalg
from torch_fidelity import metric_fid, metric_kid

from gpen_train.evaluation.frechet import Statistics, frechet_distance
from gpen_train.evaluation.sets.distances import distance_metrics, distances
from gpen_train.evaluation.sets.features import FeatureSet
from gpen_train.evaluation.sets.kernel import kernel_distance

DIM = 24


def features(seed, num, shift=0.0):
    random = torch.Generator().manual_seed(seed)
    mix = torch.randn(DIM, DIM, generator=torch.Generator().manual_seed(0))
    return torch.randn(num, DIM, generator=random) @ mix * 0.2 + shift


def gathered(values, order=None, **settings):
    found = FeatureSet(len(values), DIM, **settings)
    numbers = list(range(len(values))) if order is None else order
    for start in range(0, len(values), 7):
        part = numbers[start : start + 7]
        found.add(values[part], part)
    return found


def means(sets, wanted, statistics=None):
    found = distances({"inception": sets}, wanted, statistics or {})
    return {name: {metric: score.mean for metric, score in scores.items()} for name, scores in found.items()}


def test_kid_by_definition():
    x, y = features(1, 30).double().numpy(), features(2, 20, 0.1).double().numpy()[:30]
    x = x[:20]

    def kernel(a, b):
        return (float(a @ b) / DIM + 1) ** 3

    n = len(x)
    within = sum(kernel(s[i], s[j]) for s in (x, y) for i in range(n) for j in range(n) if i != j) / (
        n * (n - 1)
    )
    between = sum(kernel(a, b) for a in x for b in y) / n**2
    expected = within - 2 * between
    assert kernel_distance(torch.tensor(x), torch.tensor(y)) == pytest.approx(expected, rel=1e-9)


def test_fid_and_kid_are_torch_fidelitys(monkeypatch):
    monkeypatch.setattr("gpen_train.evaluation.sets.kernel.SUBSETS", 10)  # of 100; the first ones
    clean, images = features(1, 1200), features(2, 1200, 0.05)
    ours = means({None: gathered(clean), "ours": gathered(images)}, ["fid", "kid"])["ours"]
    statistics = [metric_fid.fid_features_to_statistics(x) for x in (clean, images)]
    theirs = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
    assert ours["fid"] == pytest.approx(theirs["frechet_inception_distance"], rel=1e-3)
    theirs = metric_kid.kid_features_to_metric(clean, images, kid_subsets=10, verbose=False)
    assert ours["kid"] == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-3)


def test_neither_the_order_nor_the_batches_matter():
    values = features(3, 40)
    shuffled = np.random.default_rng(0).permutation(40).tolist()
    one, other = gathered(values), gathered(values, shuffled)
    assert torch.equal(one.kept, other.kept)
    torch.testing.assert_close(one.moments.covariance, other.moments.covariance, rtol=1e-12, atol=1e-14)


def test_memory_does_not_grow_with_the_images():
    values = features(3, 100)
    found = gathered(values, most_kept=10)
    assert found.kept.shape == (10, DIM)
    assert torch.equal(found.kept, values[np.linspace(0, 99, 10).round()])
    np.testing.assert_allclose(found.moments.covariance, np.cov(values.double().numpy().T), atol=1e-10)


def test_against_statistics_and_with_too_few_images():
    values = features(3, 60)
    known = Statistics(torch.zeros(DIM).double(), torch.eye(DIM).double(), 2)
    sets = {None: gathered(features(1, 60)), "ours": gathered(values)}
    found = means(sets, [], {"ffhq": known})["ours"]
    covariance = np.cov(values.double().numpy().T)
    expected = values.double().mean(0).square().sum() + np.trace(covariance) + DIM
    expected -= 2 * np.trace(linalg.sqrtm(covariance).real)
    assert found == {"fid_ffhq": pytest.approx(float(expected), rel=1e-6)}
    assert found["fid_ffhq"] == pytest.approx(frechet_distance(known, sets["ours"].moments), rel=1e-9)
    assert [metric.name for metric in distance_metrics(["kid", "psnr"], {"ffhq": known})] == [
        "kid",
        "fid_ffhq",
    ]
    single = {None: gathered(values[:1]), "ours": gathered(values[:1])}
    metrics = ["fid", "kid", "precision", "recall"]
    assert np.isnan(list(means(single, metrics, {"ffhq": known})["ours"].values())).all()


def test_kid_of_more_images_than_a_kernel_has_room_for(monkeypatch):
    """torch-fidelity's then, of the same subsets: the same number."""
    monkeypatch.setattr("gpen_train.evaluation.sets.kernel.SUBSETS", 10)
    clean, images = features(1, 1100), features(2, 1300, 0.05)
    ours = kernel_distance(clean, images)
    monkeypatch.setattr("gpen_train.evaluation.sets.kernel.MOST_WHOLE", 1200)
    assert kernel_distance(clean, images) == pytest.approx(ours, rel=1e-9)
