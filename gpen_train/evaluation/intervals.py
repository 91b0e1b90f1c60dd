"""Means with 95 % bootstrap intervals: how far a mean might be off because other images could have come."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

NUM_RESAMPLES = 1000
SEED = 0  # equal values have equal intervals, in every place
LEVEL = 0.95


class Estimate(NamedTuple):
    """A mean and the ends of its interval; all nan where there is no value, ends nan where there is one."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float] | np.ndarray, num_resamples: int = NUM_RESAMPLES) -> Estimate:
    """The mean of ``values`` [N] and the percentile interval of the means of resamples of N with repetition.

    nan stands for an image that has no value (no hole, say) and is left out. The mean of values of which one
    is infinite (PSNR of equal images) is infinite. For paired differences, give the differences.

    Source: Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 1979.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Estimate(np.nan, np.nan, np.nan)
    mean = float(known.mean())
    if len(known) == 1 or not np.isfinite(mean):
        return Estimate(mean, np.nan, np.nan)
    rng = np.random.default_rng(SEED)
    means = [known[rng.integers(len(known), size=len(known))].mean() for _ in range(num_resamples)]
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(mean, float(low), float(high))
