"""A face that was found in a photograph."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gpen_train.faces.square import Square, ffhq_square


class Face(NamedTuple):
    """All in pixels of the upright photograph; the centre of its first pixel is (0, 0)."""

    landmarks: np.ndarray  # float64 [5, 2]: eyes, nose, corners of the mouth, left to right in the picture
    box: np.ndarray  # float64 [4]: left, top, right, bottom
    score: float  # 0 to 1: how sure the detector is

    @property
    def square(self) -> Square:
        """What FFHQ would cut out; ValueError where the landmarks lie in one point."""
        return ffhq_square(self.landmarks)

    def enlarged(self, factor: float) -> "Face":
        """The same in a photograph ``factor`` times as large."""
        return self._replace(
            landmarks=(self.landmarks + 0.5) * factor - 0.5, box=(self.box + 0.5) * factor - 0.5
        )


Detector = Callable[[np.ndarray], list[Face]]  # photo uint8 RGB [H, W, 3] -> its faces


def face_of(landmarks: np.ndarray, box: np.ndarray | None = None, score: float = 1.0) -> Face:
    """A face of what a detector gives; without a box, the one around its landmarks."""
    points = np.asarray(landmarks, np.float64).reshape(-1, 2)
    around = np.concatenate([points.min(0), points.max(0)])
    return Face(points, around if box is None else np.asarray(box, np.float64)[:4], float(score))
