"""Colorization: a clean face becomes a pair by losing its colours, as on film, and then fading."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.chain import Chain
from gpen_train.degradations.colour import Grey
from gpen_train.degradations.stage import check_probability, check_weights
from gpen_train.luma import REC_601, REC_709
from gpen_train.tasks.fading import Fading
from gpen_train.tasks.pair import MADE, Pair
from gpen_train.tasks.start import chain_or_bare, mirrored

FILMS = {  # how much each of R, G, B counts
    "rec_601": REC_601,  # what most programs call grey
    "rec_709": REC_709,
    "average": (1 / 3, 1 / 3, 1 / 3),
    "orthochromatic": (0.05, 0.55, 0.4),  # film until the 1930s hardly sees red: lips and skin are dark
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),  # as collodion plates of the 19th century
}
LIGHTNESS = "lightness"  # CIE L*, which is no weighted sum


def to_film(image: np.ndarray, film: str) -> np.ndarray:
    """Photograph in grey, on one of FILMS or by LIGHTNESS: uint8 [H, W, 3] -> uint8 [H, W].

    The weights apply to the stored values, as programs do it, not to linear light.
    """
    if film == LIGHTNESS:
        return cv2.extractChannel(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), 0)
    return cv2.transform(image, np.array([FILMS[film]], np.float32))


class Colorization:
    """Mirror a clean face with the probability ``flip``, then take its colours: ``pair = task(clean, rng)``.

    Everything random comes from ``rng``: equal generators give equal pairs.
    """

    name = "colorization"
    inputs = (MADE,)

    def __init__(
        self,
        chain: Chain,
        flip: float = 0.5,  # probability of mirroring left and right, in both images
        degrade: bool = False,  # apply the chain before the colours go; else its input_resolution alone
        films: Mapping[str, float] | None = None,  # weights of FILMS and LIGHTNESS; rec_601 alone if None
        fading: Fading | None = None,  # how photographs fade; Fading() if None
    ):
        if degrade and any(isinstance(stage, Grey) and stage.p > 0 for stage in chain.shared.values()):
            raise ValueError(
                "the degradation turns some targets grey, and colorization would learn to leave them grey; "
                "set degradation.shared.grey=null, or task.degrade=false"
            )
        self.flip = check_probability("flip", flip)
        self.degrade = degrade
        self.chain = chain_or_bare(chain, degrade)
        known = (*FILMS, LIGHTNESS)
        self.films = check_weights("films", {"rec_601": 1.0} if films is None else films, known)
        self.fading = fading or Fading()

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Return a pair: uint8 [H, W, 3] -> degraded uint8 [h, w, 3], clean uint8 [H, W, 3]."""
        degraded, clean = self.chain(mirrored(clean, self.flip, rng), rng)
        return Pair(self.fading(to_film(degraded, choose(rng, self.films)), rng), clean)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: flip, films, fading and the full settings of the chain."""
        return {
            "flip": self.flip,
            "degrade": self.degrade,
            "films": self.films,
            "fading": self.fading.settings,
            "degradation": self.chain.settings,
        }
