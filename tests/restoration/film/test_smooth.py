"""Smoothing in time equals its definition, keeps parabolas, and fills what is missing."""

import numpy as np
import pytest

from gpen_train.restoration.film.smooth import REACH, SIGMA, smoothed


def by_definition(numbers, times, values, number, time):
    """The normal equations of the weighted parabola."""
    weights = np.diag(np.exp(-((numbers - number) ** 2) / (2 * SIGMA**2)) * (abs(numbers - number) <= REACH))
    powers = np.stack([np.ones_like(times), times - time, (times - time) ** 2], axis=1)
    return np.linalg.solve(powers.T @ weights @ powers, powers.T @ weights @ values)[0]


@pytest.fixture
def times():
    """Of a variable frame rate."""
    return np.cumsum(np.random.default_rng(0).uniform(0.02, 0.1, 20))


def test_equals_its_definition(times):
    numbers, values = np.arange(20), np.random.default_rng(1).normal(size=(20, 10))
    for number in range(2, 18):
        np.testing.assert_allclose(
            smoothed(numbers, times, values, number, times[number]),
            by_definition(numbers, times, values, number, times[number]),
            atol=1e-8,
        )


def test_a_parabola_comes_out_as_it_is_with_frames_missing(times):
    values = (3 - 20 * times + 40 * times**2)[:, None, None] * np.ones((5, 2))
    seen = np.array([number for number in range(20) if number not in (8, 9, 14)])
    for number in range(2, 18):
        found = smoothed(seen, times[seen], values[seen], number, times[number])
        np.testing.assert_allclose(found, values[number], atol=1e-8)


@pytest.mark.parametrize("number", [0, 1, 18, 19])
def test_at_the_ends_a_line_comes_out_as_it_is(times, number):
    found = smoothed(np.arange(20), times, 5 - 7 * times[:, None], number, times[number])
    np.testing.assert_allclose(found, 5 - 7 * times[number], atol=1e-8)


def test_one_frame_alone_keeps_its_value():
    value = np.arange(10.0).reshape(1, 5, 2)
    np.testing.assert_allclose(smoothed(np.array([3]), np.array([0.1]), value, 3, 0.1), value[0])
