"""The faces of a picture, before and after, as files to look at."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gpen_train.images import resize_area, write_image

SIDE = 160  # pixels of a face on the sheet
GAP = 8  # pixels between pairs


def write_faces(folder: Path, before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> None:
    """Write ``000_before.png``, ``000_after.png`` and on, and ``sheet.jpg`` with all; nothing for no face.

    before uint8 [S, S, 3] each, after uint8 [R, R, 3] each. Raises OSError where that cannot be.
    """
    pairs = list(zip(before, after, strict=True))
    for number, (one, other) in enumerate(pairs):
        write_image(folder / f"{number:03d}_before.png", one)
        write_image(folder / f"{number:03d}_after.png", other)
    if pairs:
        write_image(folder / "sheet.jpg", sheet(pairs))


def sheet(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Pairs of faces uint8 [.., .., 3], in about as many columns as lines -> one image on white."""
    rows = [np.hstack([resize_area(face, SIDE) for face in pair]) for pair in pairs]
    columns = max(1, round(len(rows) ** 0.5))
    height, width = rows[0].shape[:2]
    lines = -(-len(rows) // columns)
    whole = np.full((lines * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for number, row in enumerate(rows):
        top, left = number // columns * (height + GAP), number % columns * (width + GAP)
        whole[top : top + height, left : left + width] = row
    return whole
