"""Fading: how the greys of a photograph change over the years, and the tones that paper takes."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import (
    argument_names,
    check_probability,
    check_range,
    draw_uniform,
    plain,
)

SEPIA_INK = np.array((1.0, 0.72, 0.46), np.float32)  # a fully toned shadow, relative to its red
SEPIA_PAPER = np.array((1.0, 0.9, 0.73), np.float32)  # a fully toned light
LEVELS = np.linspace(0, 1, 256, dtype=np.float32)[:, None]  # [256, 1]


class Fading:
    """Fade a grey photograph, or leave it: ``photo = fading(grey, rng)``, uint8 [H, W] -> uint8 [H, W, 3].

        faded(x) = ink + (paper - ink) x ** gamma        x from 0 to 1

    Ink is what black has become, paper what white has; both are grey, or brownish in a toned photograph.
    """

    def __init__(
        self,
        p: float = 0.5,  # probability; the other photographs stay as they are
        gamma: Sequence[float] = (0.7, 1.4),  # below 1 brightens
        ink: Sequence[float] = (0, 70),  # grey levels
        paper: Sequence[float] = (180, 255),  # grey levels
        toned: float = 0.3,  # share of the faded ones with a tone, from a hint to sepia
    ):
        self.p = check_probability("p", p)
        self.gamma = check_range("gamma", gamma, 0.1)
        self.ink = check_range("ink", ink, 0, 255)
        self.paper = check_range("paper", paper, 0, 255)
        self.toned = check_probability("toned", toned)

    def __call__(self, grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        photo = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
        return cv2.LUT(photo, self.draw_table(rng)[None]) if rng.random() < self.p else photo

    def draw_table(self, rng: np.random.Generator) -> np.ndarray:
        """What the grey levels become: uint8 [256, 3]."""
        gamma = draw_uniform(rng, self.gamma)
        ink, paper = draw_uniform(rng, self.ink), draw_uniform(rng, self.paper)
        tone = draw_uniform(rng, (0, 1)) * (rng.random() < self.toned)
        dark, light = (
            level * (1 + tone * (sepia - 1)) for level, sepia in ((ink, SEPIA_INK), (paper, SEPIA_PAPER))
        )
        return np.rint(dark + (light - dark) * LEVELS**gamma).astype(np.uint8)

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor's arguments as plain values, defaults included."""
        return {name: plain(getattr(self, name)) for name in argument_names(type(self))}
