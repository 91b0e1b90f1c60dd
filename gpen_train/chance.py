"""Draws that degradations, tasks, drawn faces and priors share."""

from collections.abc import Mapping

import numpy as np


def choose(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """One key, with a probability in proportion to its weight; takes one number from ``rng``."""
    remaining = rng.random() * sum(weights.values())
    for name, weight in weights.items():
        remaining -= weight
        if remaining < 0:
            return name
    return name  # rounding alone leads here


def around(rng: np.random.Generator, mean: float, deviation: float) -> float:
    """A normal draw, cut at two deviations, so that nothing drawn with it falls apart."""
    return float(mean + deviation * np.clip(rng.standard_normal(), -2, 2))


def code_of(seed: int, index: int, size: int) -> tuple[np.ndarray, np.random.Generator]:
    """z [size], standard normal, of face number ``index`` of a seed, and the generator for what follows."""
    rng = np.random.default_rng([seed, index])
    return rng.standard_normal(size), rng
