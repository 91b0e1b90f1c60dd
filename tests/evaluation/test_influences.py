"""Intervals of FID and KID: influences by their definition, and their spread is that over new sets."""

import numpy as np
import pytest
import torch

from gpen_train.evaluation.frechet import Statistics, frechet_distance
from gpen_train.evaluation.sets.distances import distances
from gpen_train.evaluation.sets.features import FeatureSet
from gpen_train.evaluation.sets.influences import frechet_influences, with_interval
from gpen_train.evaluation.sets.kernel import kernel_influences

DIM = 12
MIX = 0.3 * torch.randn(DIM, DIM, generator=torch.Generator().manual_seed(0))


def pairs(seed, num):
    """Features of clean images, and of images that are near them."""
    random = torch.Generator().manual_seed(seed)
    clean, noise = (torch.randn(num, DIM, generator=random) @ MIX for _ in range(2))
    return clean.relu(), (clean + 0.6 * noise + 0.2).relu()


def gathered(values, most_kept=5000):
    found = FeatureSet(len(values), DIM, most_kept)
    found.add(values, range(len(values)))
    return found


def weighted(features, weights):
    """Statistics of features of which some weigh more."""
    x, w = features.double(), weights / weights.sum()
    mean = w @ x
    return Statistics(mean, (x - mean).T @ ((x - mean) * w[:, None]), 99)


@pytest.mark.parametrize("num", [60, 9])  # more images than features, and fewer
def test_the_influence_of_an_image_is_the_slope_in_its_weight(num):
    clean, images = pairs(0, num)
    even = torch.ones(num).double()
    both = weighted(clean, even), weighted(images, even)
    distance, ours = frechet_influences(*both, clean, images)
    assert distance == pytest.approx(frechet_distance(*both), rel=1e-6)
    for number in (0, 5):
        step = 1e-3 * torch.eye(num).double()[number]
        ends = [frechet_distance(weighted(clean, w), weighted(images, w)) for w in (even - step, even + step)]
        slope = (ends[1] - ends[0]) / 2e-3 * num
        assert float(ours[number]) == pytest.approx(slope, rel=2e-2)
    assert abs(float(ours.mean())) < 1e-9


@pytest.mark.parametrize("metric", ["fid", "kid"])
@pytest.mark.parametrize("paired", [True, False])
def test_intervals_are_as_wide_as_the_spread_over_new_sets(metric, paired):
    num, known = 150, gathered(pairs(9999, 1000)[0])
    found = []
    for seed in range(80):
        clean, images = map(gathered, pairs(seed, num))
        sets = {None: clean if paired else known, "ours": images}
        found.append(distances({"inception": sets}, [metric], {}, paired)["ours"][metric])
    spread = np.std([score.mean for score in found])
    width = np.mean([score.high - score.low for score in found]) / (2 * 1.96)
    assert width == pytest.approx(spread, rel=0.3)
    assert all(score.low < score.mean < score.high for score in found)


def test_of_many_images_some_are_kept_and_the_interval_is_that_of_all():
    clean, images = pairs(1, 4000)
    whole = distances({"inception": {None: gathered(clean), "a": gathered(images)}}, ["fid"], {})["a"]["fid"]
    fewer = {None: gathered(clean, 800), "a": gathered(images, 800)}
    part = distances({"inception": fewer}, ["fid"], {})["a"]["fid"]
    assert part.mean == whole.mean
    assert part.high - part.low == pytest.approx(whole.high - whole.low, rel=0.15)


def test_influences_of_kid_by_definition():
    x, y = (side[:7].double() for side in pairs(2, 9))
    of_x, of_y = kernel_influences(x, y)

    def kernel(a, b):
        return (float(a @ b) / DIM + 1) ** 3

    for ours, own, other in ((of_x, x, y), (of_y, y, x)):
        raw = [
            2 * np.mean([kernel(a, b) for j, b in enumerate(own) if j != i])
            - 2 * np.mean([kernel(a, b) for b in other])
            for i, a in enumerate(own)
        ]
        np.testing.assert_allclose(ours, np.array(raw) - np.mean(raw), rtol=1e-9)


def test_an_interval_lies_about_its_distance():
    score = with_interval(5.0, torch.tensor([-1.0, 1.0, 3.0, -3.0]).double(), 4)
    assert score.low < 5 < score.high
