"""Which faces of a picture are restored, and whether it is one aligned face already."""

from typing import NamedTuple

import numpy as np

from gpen_train.faces.face import Face
from gpen_train.faces.square import Square
from gpen_train.restoration.settings import Settings

# An aligned face fills its picture: shares of the side by which its square may differ from the frame.
SHIFTED = 0.15
SCALED = 0.3
TURNED = 0.25  # radians


class Found(NamedTuple):
    """A face, and why it is left as it is; "" where it is restored."""

    face: Face
    left: str = ""


def choose(faces: list[Face], settings: Settings) -> list[Found]:
    """Say of each face, the largest first, whether it is restored."""
    ordered = sorted(faces, key=lambda face: -face.square.side)
    chosen = []
    for place, face in enumerate(ordered):
        left = ""
        if face.square.side < settings.min_face:
            left = "smaller than min-face"
        elif settings.faces == "largest" and place > 0:
            left = "not the largest"
        chosen.append(Found(face, left))
    return chosen


def fills(square: Square, width: int, height: int) -> bool:
    """Whether the square is the frame of a picture of that size, as of an aligned face."""
    if width != height:
        return False
    centre = np.array([width - 1, height - 1]) / 2
    return bool(
        np.hypot(*(square.centre - centre)) < SHIFTED * width
        and abs(square.side / width - 1) < SCALED
        and abs(np.arctan2(square.across[1], square.across[0])) < TURNED
    )
