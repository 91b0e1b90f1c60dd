"""Small draws that casting and staging share."""

import numpy as np


def choose(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """One key, with probability proportional to its weight."""
    left = rng.random() * sum(weights.values())
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    return next(iter(weights))  # rounding alone leads here


def around(rng: np.random.Generator, mean: float, deviation: float) -> float:
    """A normal draw, cut at two deviations: no portrait may fall apart."""
    return float(mean + deviation * np.clip(rng.standard_normal(), -2, 2))
