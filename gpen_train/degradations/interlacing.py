"""Interlacing: odd rows that an analogue camera took a field later, or that were thrown away."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import Frame, Stage, check_probability, check_range, draw_uniform


def interlace(image: np.ndarray, motion: float) -> np.ndarray:
    """Move every second row sideways by ``motion`` of the width: [H, W, 3] -> the same dtype."""
    height, width = image.shape[:2]
    if height == 1:
        return image
    moved = np.array([[1, 0, motion * width], [0, 1, 0]], np.float32)
    woven = image.copy()
    odd = np.ascontiguousarray(image[1::2])
    woven[1::2] = cv2.warpAffine(odd, moved, (width, len(odd)), borderMode=cv2.BORDER_REPLICATE)
    return woven


def double_lines(image: np.ndarray) -> np.ndarray:
    """Show every even row twice, in place of the odd ones: what is left of one field."""
    return np.repeat(image[::2], 2, axis=0)[: len(image)]


class Interlacing(Stage):
    """Weave two fields between which the face has moved, or show one field alone."""

    def __init__(
        self,
        motion: Sequence[float] = (0.0, 0.03),  # of the width, from a field to the next, to either side
        single: float = 0.3,  # share of the samples with one field alone, its lines doubled
        p: float = 0.5,
    ):
        super().__init__(p=check_probability("p", p))
        self.motion = check_range("motion", motion, 0, 1)
        self.single = check_probability("single", single)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a motion, positive to the right, and whether one field is shown alone."""
        motion = draw_uniform(rng, self.motion) * (1 if rng.random() < 0.5 else -1)
        return {"motion": motion, "single": bool(rng.random() < self.single)}

    def apply(self, img: np.ndarray, motion: float, single: bool, **_: Any) -> np.ndarray:
        return double_lines(img) if single else interlace(img, motion)
