"""Inpainting: a clean face becomes a pair by a hole, painted white."""

from typing import Any

import numpy as np

from gpen_train.degradations.chain import Chain
from gpen_train.degradations.stage import check_probability
from gpen_train.holes import paint_hole
from gpen_train.tasks.masks import Masks
from gpen_train.tasks.pair import MADE, Pair
from gpen_train.tasks.start import chain_or_bare, mirrored


class Inpainting:
    """Mirror a clean face with the probability ``flip``, then paint a hole: ``pair = task(clean, rng)``.

    There is no mask channel: the hole is what is pure white (``gpen_train.holes.find_hole``). It is drawn at
    the degraded image's size, after everything else, so that its edge is sharp. Everything random comes from
    ``rng``: equal generators give equal pairs.
    """

    name = "inpainting"
    inputs = (MADE,)

    def __init__(
        self,
        chain: Chain,
        flip: float = 0.5,  # probability of mirroring left and right, in both images
        degrade: bool = False,  # apply the chain to what is left of the face; else its input_resolution alone
        masks: Masks | None = None,  # what holes look like; Masks() if None
    ):
        self.flip = check_probability("flip", flip)
        self.degrade = degrade
        self.chain = chain_or_bare(chain, degrade)
        self.masks = masks or Masks()

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Return a pair: uint8 [R, R, 3] -> degraded uint8 [r, r, 3], clean uint8 [R, R, 3]."""
        degraded, clean = self.chain(mirrored(clean, self.flip, rng), rng)
        return Pair(paint_hole(degraded, self.masks(len(degraded), rng)), clean)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: the flip, the masks and the full settings of the chain."""
        return {
            "flip": self.flip,
            "degrade": self.degrade,
            "masks": self.masks.settings,
            "degradation": self.chain.settings,
        }
