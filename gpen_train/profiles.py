"""Averages of weights by a power of the time at which they were met, and one made of others after the run.

    p(t) = (exponent + 1) * t ** exponent / T ** (exponent + 1)    for 0 <= t <= T images seen

What such a profile is called by is its width sigma_rel: the standard deviation of t under p, as a share of T.

Source: EDM2, arXiv:2312.02696, section 3.1 and appendix C.
"""

from typing import NamedTuple

import numpy as np

from gpen_train.bounds import Bounds

SIGMA = Bounds(0.001, 0.28, "a width from 0.001, such as 0.1")  # 0.2887 would be the plain mean


def exponent_of(sigma_rel: float) -> float:
    """The exponent of the profile of that width, the largest root of

    (exponent + 2)^2 (exponent + 3) = (exponent + 1) / sigma_rel^2
    """
    inverse = sigma_rel**-2
    return float(np.roots([1, 7, 16 - inverse, 12 - inverse]).real.max())


def share_kept(exponent: float, num_images: int, images_seen: int) -> float:
    """Of the average, in a step on the last ``num_images`` of ``images_seen``; the model has the rest.

    The weights after each step then count with the integral of p over its images, exactly: (1 - n / t) ^
    (exponent + 1) is the share of p on [0, t] that lies before t - n.
    """
    return (1 - num_images / images_seen) ** (exponent + 1)


class Profile(NamedTuple):
    """An average's: of so many images, by that width."""

    images: int
    sigma_rel: float


class Combination(NamedTuple):
    """What averages are multiplied by to make another, and how far that is from it."""

    factors: np.ndarray  # [N], float64, of sum 1
    error: float  # |sum of factors * profiles - wanted| / |wanted|, norms over the images


def combine(stored: list[Profile], wanted: Profile) -> Combination:
    """The combination of a run's averages whose profile is nearest to the wanted one, by least squares.

    Its factors sum to 1, which the paper leaves to the fit: weights that never moved stay as they are, and
    the error multiplies no more than how far they have moved. Where the stored profiles differ by less than
    float64 can tell, the smallest factors are taken.
    """
    gram = _products(stored, stored)  # [N, N]
    right, own = _products(stored, [wanted])[:, 0], _products([wanted], [wanted]).item()
    start = np.eye(len(stored))[-1]
    moves = np.vstack([np.eye(len(stored) - 1), -np.ones(len(stored) - 1)])  # all that leave the sum
    moved = np.linalg.lstsq(moves.T @ gram @ moves, moves.T @ (right - gram @ start), rcond=1e-12)[0]
    factors = start + moves @ moved
    squared = own - 2 * factors @ right + factors @ gram @ factors
    return Combination(factors, float(np.sqrt(max(0.0, squared) / own)))


def _products(first: list[Profile], second: list[Profile]) -> np.ndarray:
    """The integral of p * q over the images -> [N, M], float64: of profiles on [0, S] and [0, T], S <= T,

    (a + 1) (b + 1) / (a + b + 1) * (S / T)^b / T
    """
    (s, a), (t, b) = (
        np.array([(p.images, exponent_of(p.sigma_rel)) for p in profiles], dtype=np.float64).T
        for profiles in (first, second)
    )
    s, a, t, b = np.broadcast_arrays(s[:, None], a[:, None], t[None], b[None])
    of_longer = np.where(s <= t, b, a)
    ratio = np.minimum(s, t) / np.maximum(s, t)
    return (a + 1) * (b + 1) / (a + b + 1) * ratio**of_longer / np.maximum(s, t)
