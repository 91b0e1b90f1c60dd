"""A patch: a square of the image that is degraded by a second draw."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gpen_train.degradations.stage import (
    REFERENCE_RESOLUTION,
    Frame,
    Stage,
    check_probability,
    check_range,
    draw_uniform,
)


class Patch(Stage):
    """Draw a square that lies within the degraded image, for a chain that degrades it another time."""

    def __init__(
        self,
        side: Sequence[float] = (128, 256),  # pixels of a degraded image of 512
        p: float = 0.1,
    ):
        super().__init__(p=check_probability("p", p))
        self.side = check_range("side", side, 1, REFERENCE_RESOLUTION)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw the place and the side of a square in pixels."""
        height, width = frame.size
        side = max(1, round(draw_uniform(rng, self.side) * min(frame.size) / REFERENCE_RESOLUTION))
        top = int(rng.integers(0, height - side, endpoint=True))
        left = int(rng.integers(0, width - side, endpoint=True))
        return {"top": top, "left": left, "side": side}

    @staticmethod
    def paste(image: np.ndarray, other: np.ndarray, top: int, left: int, side: int) -> np.ndarray:
        """A copy of ``image`` [H, W, 3] with the square taken from ``other`` [H, W, 3]."""
        pasted = image.copy()
        square = slice(top, top + side), slice(left, left + side)
        pasted[square] = other[square]
        return pasted
