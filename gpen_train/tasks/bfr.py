"""Blind face restoration: a clean face becomes a pair through a mirror and a chain of degradations."""

from typing import Any

import numpy as np

from gpen_train.degradations.chain import Chain
from gpen_train.degradations.stage import check_probability
from gpen_train.tasks.pair import IMAGES, MADE, Pair
from gpen_train.tasks.start import mirrored, mirrored_alike
from gpen_train.tasks.unfinished import unfinished


class BlindFaceRestoration:
    """Mirror a clean face with the probability ``flip``, then degrade it: ``pair = task(clean, rng)``.

    Everything random comes from ``rng``: equal generators give equal pairs.
    """

    name = "bfr"
    inputs = (MADE, IMAGES)

    def __init__(
        self,
        chain: Chain,
        flip: float = 0.5,  # probability of mirroring left and right, in both images
    ):
        self.chain = chain
        self.flip = check_probability("flip", flip)

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Return a pair: uint8 [H, W, 3] -> degraded uint8 [h, w, 3], clean uint8 [H, W, 3].

        Where the chain is for the device, the pair has a plan in place of the degraded image.
        """
        clean = mirrored(clean, self.flip, rng)
        if self.chain.where == "device":
            return unfinished(self.chain, clean, rng)
        return Pair(*self.chain(clean, rng))

    def pair(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Return a pair of files, which needs no chain, mirrored or not."""
        return mirrored_alike(pair, self.flip, rng)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: the flip, where it degrades and the chain's full settings."""
        return {"flip": self.flip, "where": self.chain.where, "degradation": self.chain.settings}
