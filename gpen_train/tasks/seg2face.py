"""Faces from label maps: the network gets a map in the colours of its classes and makes a face to it."""

from typing import Any

import numpy as np

from gpen_train.conventions.labels import mirror_labels
from gpen_train.degradations.chain import Chain
from gpen_train.degradations.stage import check_probability
from gpen_train.tasks.pair import LABEL_MAPS, Pair
from gpen_train.tasks.start import bare, mirrored


class Seg2Face:
    """Mirror a label map and its face with the probability ``flip``: ``pair = task.pair(pair, rng)``.

    In a mirror a left eye is a right one: the classes of eyes, brows and ears change sides with the pixels.
    The map comes at the network's input size from its source, RGB in colours, so that the network has the
    layout of all other tasks.

    Source: GPEN, arXiv:2105.06070, whose released GPEN-Seg2face-512 takes maps in colours too.
    """

    name = "seg2face"
    inputs = (LABEL_MAPS,)

    def __init__(
        self,
        chain: Chain,  # of which the size of the input alone counts
        flip: float = 0.5,  # probability of mirroring left and right, in both
    ):
        self.chain = bare(chain)
        self.flip = check_probability("flip", flip)

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Raise ValueError: of a face alone no label map can be made."""
        raise ValueError(
            "task=seg2face needs a label map beside each face; set data=label_maps, or with drawn faces "
            "data.labels=true"
        )

    def pair(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Return the pair, mirrored or not: map uint8 [h, w, 3] in colours, face uint8 [H, W, 3]."""
        clean = mirrored(pair.clean, self.flip, rng)
        return Pair(pair.degraded if clean is pair.clean else mirror_labels(pair.degraded), clean)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: the flip, and the chain that says the input's size."""
        return {"flip": self.flip, "degradation": self.chain.settings}
