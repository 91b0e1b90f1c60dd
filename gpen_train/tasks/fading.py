"""Fading of grey photographs: the stage of the degradations, for a task that applies it by itself."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations import fading
from gpen_train.degradations.stage import Frame


class Fading:
    """Fade a grey photograph, or leave it: ``photo = fading(grey, rng)``, uint8 [H, W] -> uint8 [H, W, 3]."""

    def __init__(
        self,
        p: float = 0.5,  # probability; the other photographs stay as they are
        gamma: Sequence[float] = (0.7, 1.4),  # below 1 brightens
        ink: Sequence[float] = (0, 70),  # grey levels
        paper: Sequence[float] = (180, 255),  # grey levels
        toned: float = 0.3,  # share of the faded ones with a tone, from a hint to sepia
    ):
        self.stage = fading.Fading(gamma, ink, paper, toned, p)

    def __call__(self, grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        photo = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
        drawn = self.stage.sample(rng, Frame.of(photo))
        return photo if drawn is None else self.stage.apply(photo, **drawn)

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor's arguments as plain values, defaults included."""
        return self.stage.settings
