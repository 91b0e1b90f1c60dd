"""Geometry: a shift of the whole image."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import Frame, Stage, check_probability, check_whole_range, draw_whole


def shift_image(image: np.ndarray, right: int, down: int) -> np.ndarray:
    """Move the content of [H, W, 3] by whole pixels; what comes in is mirrored, its first row repeated."""
    height, width = image.shape[:2]
    padding = max(down, 0), max(-down, 0), max(right, 0), max(-right, 0)
    wide = cv2.copyMakeBorder(image, *padding, cv2.BORDER_REFLECT)
    top, left = max(-down, 0), max(-right, 0)
    return np.ascontiguousarray(wide[top : top + height, left : left + width])


class Shift(Stage):
    """Move the image by a drawn number of pixels, as a worse alignment would; mostly for ``shared``."""

    def __init__(
        self,
        shift: Sequence[int] = (-32, 32),  # whole pixels at 512, one draw an axis
        p: float = 0.2,
    ):
        super().__init__(p=check_probability("p", p))
        self.shift = check_whole_range("shift", shift, -256, 256)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a shift to the right and one downwards, in pixels of this image."""
        right, down = (round(draw_whole(rng, self.shift) * frame.scale) for _ in range(2))
        return {"right": right, "down": down}

    def apply(self, img: np.ndarray, right: int, down: int, **_: Any) -> np.ndarray:
        return shift_image(img, right, down)
