"""Low light: what a camera makes of a scene that is too dark for it, before its noise."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.colour import LUMA
from gpen_train.degradations.stage import Frame, Stage, check_probability, check_range, draw_uniform, quantize

LEVELS = np.linspace(0, 1, 256, dtype=np.float32)


def darken(
    image: np.ndarray, gain: float, gamma: float, saturation: float, cast: Sequence[float]
) -> np.ndarray:
    """Darken, crush the shadows, pale and tint: uint8 or float32 [H, W, 3] -> float32 [H, W, 3], not clipped.

    y = 255 gain (x / 255) ** gamma        in each channel
    z = cast * (saturation y + (1 - saturation) luma(y))
    """
    curve = 255 * np.float32(gain) * LEVELS ** np.float32(gamma)  # [256]
    mix = saturation * np.eye(3, dtype=np.float32) + (1 - saturation) * LUMA  # [3, 3]
    return cv2.transform(cv2.LUT(quantize(image), curve), np.array(cast, np.float32)[:, None] * mix)


class LowLight(Stage):
    """Darken by drawn amounts, under a light of a drawn colour."""

    def __init__(
        self,
        gain: Sequence[float] = (0.35, 0.9),  # what white becomes, as a share
        gamma: Sequence[float] = (1.0, 1.8),  # above 1 crushes the shadows
        saturation: Sequence[float] = (0.2, 0.9),  # 0 is grey
        warmth: Sequence[float] = (-0.15, 0.25),  # -: bluish, +: a sodium lamp
        p: float = 0.7,
    ):
        super().__init__(p=check_probability("p", p))
        self.gain = check_range("gain", gain, 0.01, 1)
        self.gamma = check_range("gamma", gamma, 0.1)
        self.saturation = check_range("saturation", saturation, 0)
        self.warmth = check_range("warmth", warmth, -0.5, 0.5)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw what ``darken`` takes."""
        drawn = {name: draw_uniform(rng, getattr(self, name)) for name in ("gain", "gamma", "saturation")}
        warmth = draw_uniform(rng, self.warmth)
        return drawn | {"cast": [1 + warmth / 2, 1.0, 1 - warmth]}

    def apply(
        self, img: np.ndarray, gain: float, gamma: float, saturation: float, cast: list[float], **_: Any
    ) -> np.ndarray:
        return darken(img, gain, gamma, saturation, cast)
