"""The weighted draw: shares as the weights say, one number taken, zero weights never drawn."""

from collections import Counter

import numpy as np
import pytest

from gpen_train.chance import around, choose


def test_names_come_in_proportion_to_their_weights():
    rng = np.random.default_rng(0)
    counts = Counter(choose(rng, {"often": 3, "never": 0, "seldom": 1}) for _ in range(4000))
    assert counts["often"] / 4000 == pytest.approx(0.75, abs=0.03)
    assert set(counts) == {"often", "seldom"}


def test_a_draw_takes_one_number_and_is_the_inverse_of_the_cumulated_weights():
    weights = {"a": 0.2, "b": 0.5, "c": 0.3}
    rng, twin = np.random.default_rng(1), np.random.default_rng(1)
    for _ in range(200):
        place = np.searchsorted(np.cumsum(list(weights.values())), twin.random(), side="right")
        assert choose(rng, weights) == list(weights)[place]


def test_around_stays_within_two_deviations():
    rng = np.random.default_rng(2)
    values = [around(rng, 5, 0.5) for _ in range(1000)]
    assert min(values) == 4
    assert max(values) == 6
    assert np.mean(values) == pytest.approx(5, abs=0.05)
