"""No task: a prior learns from clean images alone."""

import numpy as np

from gpen_train.degradations.chain import Chain
from gpen_train.tasks.pair import MADE, Pair
from gpen_train.tasks.start import mirrored


class CleanImages:
    """Clean uint8 [R, R, 3] -> a pair of no image [0, 0, 3] and the clean one, mirrored or not."""

    name = "prior"
    inputs = (MADE,)

    def __init__(self, chain: Chain | None = None, flip: float = 0.5) -> None:  # the chain is not used
        self.chain: Chain | None = None
        self.flip = flip

    @property
    def settings(self) -> dict:
        """Plain values that say how the images were drawn."""
        return {"flip": self.flip}

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        return Pair(np.empty((0, 0, 3), np.uint8), mirrored(clean, self.flip, rng))
