"""How well faces are found: aligned ones pasted into canvases, and the squares that come back.

    python scripts/bench/alignment.py                            drawn faces
    python scripts/bench/alignment.py --faces DIR                aligned faces of a folder
    python scripts/bench/alignment.py --detector insightface     another detector

Each face is turned by -30 to 30 degrees, scaled to a side of 60 to 600 px, and put somewhere on a soft
background of 1600 x 1200. A face's error is the mean distance of the corners of the square found from those
of the true one, in sides.
"""

import argparse
import math
from pathlib import Path

import cv2
import numpy as np

from gpen_train.drawn.render import draw_face
from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.detectors.table import DEFAULT, check_detector
from gpen_train.faces.square import Square
from gpen_train.image_files import images_below
from gpen_train.images import read_image
from gpen_train.progress import with_progress

WIDTH, HEIGHT = 1600, 1200
SIDES = (60, 100, 200, 400, 600)


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, metavar="DIR", help="aligned faces (default: drawn ones)")
    parser.add_argument("--detector", default=DEFAULT)
    parser.add_argument("--num", type=int, default=40, help="faces a size")
    options = parser.parse_args()
    check_detector(options.detector)
    faces = images_below(options.faces) if options.faces else []
    rng = np.random.default_rng(0)
    print(f"{'side, px':>8} {'faces':>6} {'missed':>7} {'false':>6} {'median, %':>10} {'95 %, %':>8}")
    everything: list[float] = []
    for side in SIDES:
        errors, false = [], 0
        for number in with_progress(range(options.num), f"{side} px", options.num):
            face = (
                read_image(options.faces / faces[number * len(faces) // options.num])
                if options.faces
                else draw_face(0, number, min(max(2 * side, 128), 1024))
            )
            photo, square = pasted(face, side, rng)
            found = [item.square for item in detect(options.detector, photo)]
            near = [item for item in found if np.hypot(*(item.centre - square.centre)) < side / 2]
            false += len(found) - len(near)
            errors.extend(error(item, square) for item in near[:1])
        everything += errors
        row(str(side), options.num, errors, false)
    row("all", len(SIDES) * options.num, everything, 0)


def row(name: str, num: int, errors: list[float], false: int) -> None:
    """A line of the table."""
    median, most = (100 * float(np.quantile(errors, share)) for share in (0.5, 0.95)) if errors else (0, 0)
    print(f"{name:>8} {num:>6} {num - len(errors):>7} {false:>6} {median:>10.1f} {most:>8.1f}", flush=True)


def pasted(face: np.ndarray, side: float, rng: np.random.Generator) -> tuple[np.ndarray, Square]:
    """A face uint8 [S, S, 3] somewhere on a soft background, and its square."""
    photo = soft_colours(rng, WIDTH, HEIGHT)
    angle = math.radians(rng.uniform(-30, 30))
    centre = np.array([rng.uniform(0.75 * side, length - 0.75 * side) for length in (WIDTH, HEIGHT)])
    square = Square(centre, np.array([math.cos(angle), math.sin(angle)]) * side / 2)
    small = face
    if len(face) > side:  # as sharp as its size allows
        small = cv2.resize(face, (round(side), round(side)), interpolation=cv2.INTER_AREA)
    put(photo, small, square)
    return photo, square


def soft_colours(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A background uint8 [height, width, 3]."""
    coarse = rng.integers(60, 200, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def put(photo: np.ndarray, face: np.ndarray, square: Square) -> None:
    """Draw a face uint8 [S, S, 3] into the square of a photo."""
    cv2.warpAffine(
        face,
        square.transform(len(face)),
        (photo.shape[1], photo.shape[0]),
        dst=photo,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_TRANSPARENT,
    )


def error(found: Square, true: Square) -> float:
    """Mean distance of the corners, in sides of the true square."""
    return float(np.hypot(*(found.corners - true.corners).T).mean() / true.side)


if __name__ == "__main__":
    main()
