"""Bootstrap intervals: of the right width, the same every time, and of what there is."""

import math

import numpy as np
import pytest

from gpen_train.evaluation.intervals import bootstrap


def test_the_interval_is_that_of_a_mean():
    values = np.random.default_rng(1).normal(5, 2, 400)
    mean, low, high = bootstrap(values)
    assert mean == pytest.approx(values.mean())
    error = 1.96 * values.std() / 400**0.5
    assert low == pytest.approx(mean - error, abs=0.15 * error)
    assert high == pytest.approx(mean + error, abs=0.15 * error)
    assert bootstrap(values) == (mean, low, high)


def test_it_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    covered = sum(
        low <= 1 <= high for _, low, high in (bootstrap(rng.exponential(1, 100), 200) for _ in range(200))
    )
    assert 0.88 <= covered / 200 <= 0.98


def test_images_without_a_value_are_left_out():
    assert bootstrap([1, math.nan, 3]).mean == 2
    assert all(map(math.isnan, bootstrap([math.nan])))


def test_one_value_and_infinite_ones_have_no_interval():
    mean, low, high = bootstrap([4])
    assert mean == 4
    assert math.isnan(low)
    assert math.isnan(high)
    assert bootstrap([1, math.inf])[0] == math.inf
