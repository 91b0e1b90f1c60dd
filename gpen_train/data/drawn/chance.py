"""Small draws that casting and staging share."""

import numpy as np


def choose(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """One key, with probability proportional to its weight."""
    names = list(weights)
    shares = np.array([weights[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def around(rng: np.random.Generator, mean: float, deviation: float) -> float:
    """A normal draw, cut at two deviations: no portrait may fall apart."""
    return float(mean + deviation * np.clip(rng.standard_normal(), -2, 2))
