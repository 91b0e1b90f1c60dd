"""Fading: what the tones of a print become over the years."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import Frame, Stage, check_probability, check_range, draw_uniform, quantize

SEPIA_INK = np.array((1.0, 0.72, 0.46), np.float32)  # a fully toned shadow, relative to its red
SEPIA_PAPER = np.array((1.0, 0.9, 0.73), np.float32)  # a fully toned light
LEVELS = np.linspace(0, 1, 256, dtype=np.float32)[:, None]  # [256, 1]


def fade(image: np.ndarray, gamma: float, ink: float, paper: float, tone: float) -> np.ndarray:
    """Fade and tone an image: uint8 or float32 [H, W, 3] -> uint8 [H, W, 3].

        faded(x) = ink + (paper - ink) x ** gamma        x from 0 to 1

    Ink is what black has become, paper what white has, in grey levels; ``tone`` (0 to 1) mixes both with
    sepia.
    """
    dark, light = (
        level * (1 + tone * (sepia - 1)) for level, sepia in ((ink, SEPIA_INK), (paper, SEPIA_PAPER))
    )
    table = np.rint(dark + (light - dark) * LEVELS**gamma).astype(np.uint8)  # [256, 3]
    return cv2.LUT(quantize(image), table[None])


class Fading(Stage):
    """Fade by drawn amounts; some prints take a tone, from a hint to sepia."""

    def __init__(
        self,
        gamma: Sequence[float] = (0.7, 1.4),  # below 1 brightens
        ink: Sequence[float] = (0, 70),  # grey levels: what black becomes
        paper: Sequence[float] = (180, 255),  # grey levels: what white becomes
        toned: float = 0.3,  # share of the faded ones with a tone
        p: float = 0.5,
    ):
        super().__init__(p=check_probability("p", p))
        self.gamma = check_range("gamma", gamma, 0.1)
        self.ink = check_range("ink", ink, 0, 255)
        self.paper = check_range("paper", paper, 0, 255)
        self.toned = check_probability("toned", toned)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw what ``fade`` takes."""
        drawn = {name: draw_uniform(rng, getattr(self, name)) for name in ("gamma", "ink", "paper")}
        return drawn | {"tone": draw_uniform(rng, (0, 1)) * (rng.random() < self.toned)}

    def apply(
        self, img: np.ndarray, gamma: float, ink: float, paper: float, tone: float, **_: Any
    ) -> np.ndarray:
        return fade(img, gamma, ink, paper, tone)
