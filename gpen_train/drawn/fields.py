"""Float32 arrays over a square picture: soft steps and hills, changes of size, smooth random fields."""

import cv2
import numpy as np
from numpy.typing import ArrayLike

AREA, LINEAR, CUBIC = cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC


def array(values: ArrayLike) -> np.ndarray:
    """Anything array-like as float32, the one number type of the drawing code."""
    return np.asarray(values, np.float32)


def ticks(size: int) -> np.ndarray:
    """The middles of the pixels along a side of length 1 -> [size]."""
    return (np.arange(size, dtype=np.float32) + 0.5) / size


def ramp(value: np.ndarray, start: float, end: float) -> np.ndarray:
    """Smoothstep: 0 before ``start``, 1 after ``end``."""
    t = np.minimum(np.maximum((value - start) * (1 / (end - start)), 0), 1)  # quicker than np.clip
    return t * t * (3 - 2 * t)


def swelling(
    x: np.ndarray, y: np.ndarray, centre: tuple[float, float], size: tuple[float, float]
) -> np.ndarray:
    """A Gaussian hill of height 1; ``size`` is its two deviations."""
    return np.exp(-0.5 * (((x - centre[0]) / size[0]) ** 2 + ((y - centre[1]) / size[1]) ** 2))


def resized(picture: np.ndarray, size: int, interpolation: int = LINEAR) -> np.ndarray:
    """A square picture at ``size`` pixels a side; the picture itself where it has them already."""
    if picture.shape[0] == size:
        return picture
    return cv2.resize(picture, (size, size), interpolation=interpolation)


def field(rng: np.random.Generator, size: int, cells: int) -> np.ndarray:
    """Normal noise of ``cells`` cells a side, smoothly enlarged -> [size, size]."""
    coarse = rng.standard_normal((cells, cells), np.float32)
    return resized(coarse, size, CUBIC if cells < size else AREA)


def octaves(rng: np.random.Generator, size: int, cells: tuple[int, ...], falloff: float) -> np.ndarray:
    """Add fields from coarse to fine, each ``falloff`` times the last; those below a pixel are left out.

    The finest are drawn last, so that a larger picture only adds detail.
    """
    total, strength = np.zeros((size, size), np.float32), 1.0
    for count in cells:
        if count * 2 > size:
            break
        total += strength * field(rng, size, count)
        strength *= falloff
    return total
