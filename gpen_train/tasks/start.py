"""What the tasks begin with: a mirror, and a chain or what takes its place."""

import numpy as np

from gpen_train.degradations.chain import Chain, build_chain


def mirrored(image: np.ndarray, probability: float, rng: np.random.Generator) -> np.ndarray:
    """Swap left and right with a probability; takes one number from ``rng`` in any case."""
    return np.ascontiguousarray(image[:, ::-1]) if rng.random() < probability else image


def bare(chain: Chain) -> Chain:
    """A chain that makes degraded images of the same size and does nothing else to them."""
    return build_chain(
        {"resize_back": {"interpolations": {"area": 1.0}}}, input_resolution=chain.input_resolution
    )
