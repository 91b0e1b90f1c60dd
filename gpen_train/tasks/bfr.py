"""Blind face restoration: a clean face becomes a pair through a mirror and a chain of degradations."""

from typing import Any

import numpy as np

from gpen_train.degradations.chain import Chain
from gpen_train.tasks.pair import Pair


class BlindFaceRestoration:
    """Mirror a clean face with the probability ``flip``, then degrade it: ``pair = task(clean, rng)``.

    Everything random comes from ``rng``: equal generators give equal pairs.
    """

    name = "bfr"

    def __init__(
        self,
        chain: Chain,
        flip: float = 0.5,  # probability of mirroring left and right, in both images
    ):
        if not 0 <= flip <= 1:
            raise ValueError(f"flip is {flip!r}; expected a probability from 0 to 1")
        self.chain = chain
        self.flip = flip

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Return a pair: uint8 [H, W, 3] -> degraded uint8 [h, w, 3], clean uint8 [H, W, 3]."""
        if rng.random() < self.flip:  # drawn in any case: the degradation stays the same whatever the flip
            clean = np.ascontiguousarray(clean[:, ::-1])
        degraded, clean = self.chain(clean, rng)
        return Pair(degraded, clean)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: the flip and the chain's full settings."""
        return {"flip": self.flip, "degradation": self.chain.settings}
