"""What the tasks begin with: a mirror, and a chain or what takes its place."""

import numpy as np

from gpen_train.degradations.chain import Chain, build_chain
from gpen_train.tasks.pair import Pair


def mirrored(image: np.ndarray, probability: float, rng: np.random.Generator) -> np.ndarray:
    """Swap left and right with a probability; takes one number from ``rng`` in any case."""
    return np.ascontiguousarray(image[:, ::-1]) if rng.random() < probability else image


def mirrored_alike(pair: Pair, probability: float, rng: np.random.Generator) -> Pair:
    """Swap left and right in both images of a pair or in neither; takes one number from ``rng``."""
    if rng.random() >= probability:
        return pair
    return Pair(np.ascontiguousarray(pair.degraded[:, ::-1]), np.ascontiguousarray(pair.clean[:, ::-1]))


def chain_or_bare(chain: Chain, degrade: bool) -> Chain:
    """The chain, or a bare one; ValueError where the device would have to carry it out for this task."""
    if degrade and chain.where == "device":
        raise ValueError(
            "degradation.where is 'device', which task=bfr alone can do; set degradation.where=cpu, "
            "or task.degrade=false"
        )
    return chain if degrade else bare(chain)


def bare(chain: Chain) -> Chain:
    """A chain that makes degraded images of the same size and does nothing else to them."""
    return build_chain(
        {"resize_back": {"interpolations": {"area": 1.0}}}, input_resolution=chain.input_resolution
    )
