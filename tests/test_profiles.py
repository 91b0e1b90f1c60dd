"""Power-function profiles by their definition, and averages of other widths within the error that is said."""

import numpy as np
import pytest

from gpen_train.profiles import Combination, Profile, combine, exponent_of, share_kept

STEP = 4  # images
WIDTHS = (0.05, 0.1)


def weights_of_steps(profile):
    """[K]: the integral of the profile over the images of each step."""
    ends = np.arange(0, profile.images + 1, STEP) / profile.images
    return np.diff(ends ** (exponent_of(profile.sigma_rel) + 1))


def run(path, width):
    """Averages of the weights [K, D] after each step, as a run keeps them: {profile: [D]} of every step."""
    average, exponent, found = np.full(path.shape[1], 1e9), exponent_of(width), {}
    for number, weights in enumerate(path, start=1):
        kept = share_kept(exponent, STEP, number * STEP)
        average = kept * average + (1 - kept) * weights
        found[Profile(number * STEP, width)] = average
    return found


@pytest.fixture
def path():
    """Weights that wander, of 800 steps, far from 0."""
    return 5 + np.random.default_rng(0).normal(size=(800, 30)).cumsum(axis=0) / 20


@pytest.mark.parametrize("width", [0.01, 0.05, 0.1, 0.25, 0.28])
def test_the_width_is_the_deviation_of_the_profile(width):
    exponent = exponent_of(width)
    ends = np.linspace(0, 1, 1_000_001)
    middles, mass = (ends[1:] + ends[:-1]) / 2, np.diff(ends ** (exponent + 1))
    mean = (mass * middles).sum()
    assert np.sqrt((mass * (middles - mean) ** 2).sum()) == pytest.approx(width, rel=1e-6)


def test_the_papers_exponents():
    """Those of its 5 % and 10 %."""
    assert [exponent_of(width) for width in WIDTHS] == pytest.approx([16.97, 6.94], abs=5e-3)


@pytest.mark.parametrize("width", [*WIDTHS, 0.25])
def test_what_a_run_keeps_is_the_integral_over_its_steps(path, width):
    for profile, average in list(run(path, width).items())[::99]:
        wanted = weights_of_steps(profile) @ path[: profile.images // STEP]
        np.testing.assert_allclose(average, wanted, rtol=1e-12)


@pytest.mark.parametrize("every", [8, 40, 200])  # steps from one stored average to the next
@pytest.mark.parametrize("width", [0.03, 0.07, 0.15, 0.25])
def test_a_width_that_was_not_stored_is_met_within_the_error_that_is_said(path, every, width):
    stored = {p: a for w in WIDTHS for p, a in run(path, w).items() if p.images % (every * STEP) == 0}
    wanted = Profile(len(path) * STEP, width)
    own = run(path, width)[wanted]
    factors, error = combine(list(stored), wanted)
    found = factors @ np.stack(list(stored.values()))
    assert factors.sum() == pytest.approx(1, abs=1e-9)

    # Cauchy-Schwarz over the images, with weights measured from their mean: the factors sum to 1.
    moved = np.sqrt(((path - path.mean(axis=0)) ** 2).sum(axis=0) * STEP)  # [D]
    exponent = exponent_of(width)
    norm = (exponent + 1) / np.sqrt((2 * exponent + 1) * wanted.images)
    assert (np.abs(found - own) <= error * norm * moved + 1e-7).all()
    # The error itself is the distance of the profiles, by their shares of the steps.
    shares = np.zeros(len(path))
    for factor, profile in zip(factors, stored, strict=True):
        shares[: profile.images // STEP] += factor * weights_of_steps(profile)
    distance = np.linalg.norm(shares - weights_of_steps(wanted)) / np.linalg.norm(weights_of_steps(wanted))
    assert distance == pytest.approx(error, rel=0.05, abs=1e-4)


def test_more_averages_leave_less_error():
    errors = []
    for num in (2, 5, 20, 50):
        stored = [Profile(6000 // num * k, width) for k in range(1, num + 1) for width in WIDTHS]
        errors.append(combine(stored, Profile(6000, 0.15)).error)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.002 < 0.1 < errors[0]


def test_a_stored_one_is_itself():
    stored = [Profile(100 * k, width) for k in (1, 2, 3) for width in WIDTHS]
    factors, error = combine(stored, Profile(300, 0.05))
    np.testing.assert_allclose(factors, [0, 0, 0, 0, 1, 0], atol=1e-6)
    assert error < 1e-6


def test_a_single_one_stands_for_all():
    found = combine([Profile(100, 0.1)], Profile(100, 0.2))
    assert isinstance(found, Combination)
    assert found.factors.tolist() == [1.0]
    assert found.error > 0.3
