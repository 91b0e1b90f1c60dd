"""The oriented square that FFHQ cuts out around a face, from five or 68 landmarks."""

from typing import NamedTuple

import numpy as np

# Rows of the five points (eyes, nose, corners of the mouth) and of iBUG 300-W's 68 whose mean is an anchor
ANCHORS: dict[int, dict[str, list[int]]] = {
    5: {"left_eye": [0], "right_eye": [1], "left_mouth": [3], "right_mouth": [4]},
    68: {
        "left_eye": list(range(36, 42)),
        "right_eye": list(range(42, 48)),
        "left_mouth": [48],
        "right_mouth": [54],
    },
}


class Square(NamedTuple):
    """A square in a photograph, in its pixels; the centre of the photograph's first pixel is (0, 0)."""

    centre: np.ndarray  # [2] x, y
    across: np.ndarray  # [2] from the centre to the middle of the right side

    @property
    def side(self) -> float:
        """Pixels of the photograph."""
        return 2 * float(np.hypot(*self.across))

    @property
    def corners(self) -> np.ndarray:
        """[4, 2]: top left, top right, bottom right, bottom left."""
        down = quarter_turn(self.across)
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        return self.centre + signs @ np.stack([self.across, down])

    def transform(self, resolution: int) -> np.ndarray:
        """The matrix [2, 3] from pixels (x, y, 1) of the photograph to those of a crop of ``resolution``.

        Pixels are named by their centres, so that the square's top left corner becomes (-0.5, -0.5).
        """
        axes = np.stack([self.across, quarter_turn(self.across)]) / np.hypot(
            *self.across
        )  # rows: unit vectors
        turn = axes * resolution / self.side
        return np.column_stack([turn, -turn @ self.corners[0] - 0.5])


def ffhq_square(landmarks: np.ndarray) -> Square:
    """Five or 68 landmarks [N, 2] -> the square of FFHQ's images around that face.

        x' = e1 - e0     y' = (e0 + e1) / 2 - (m0 + m1) / 2
        c  = (e0 + e1) / 2 - 0.1 y'          the centre
        s  = max(4.0 |x'|, 3.6 |y'|)         the side
        x  = normalize(x' + turned(y'))      the axis across; y' is turned clockwise by 90 degrees

    e0, e1: eyes, m0, m1: corners of the mouth, each left to right in the picture. Five landmarks are eye,
    eye, nose, corner, corner; of 68, an eye is the mean of its six points. Raises ValueError for another
    number and for landmarks that lie in one point.

    Source: Progressive Growing of GANs, arXiv:1710.10196, appendix C, which FFHQ (arXiv:1812.04948) follows.
    """
    landmarks = np.asarray(landmarks, np.float64)
    if landmarks.shape not in [(number, 2) for number in ANCHORS]:
        raise ValueError(
            f"the landmarks are {list(landmarks.shape)}; expected [5, 2] or [68, 2]: x, y in pixels"
        )
    rows = ANCHORS[len(landmarks)]
    left_eye, right_eye, left_mouth, right_mouth = (landmarks[rows[name]].mean(0) for name in rows)
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    between, up = right_eye - left_eye, eyes - mouth
    side = max(4.0 * np.hypot(*between), 3.6 * np.hypot(*up))
    across = between + quarter_turn(up)  # of an upright face both point to the right
    length = np.hypot(*across)
    if not np.isfinite(length) or length < 1e-6 or side < 1:
        raise ValueError(
            "the landmarks lie in one point or contradict each other; expected eyes above a mouth"
        )
    return Square(eyes - 0.1 * up, across / length * side / 2)


def quarter_turn(vector: np.ndarray) -> np.ndarray:
    """Turn x, y by 90 degrees, clockwise as one sees it: right becomes down."""
    return np.array([-vector[1], vector[0]])
