"""Smooth random fields that look the same at every resolution: finer octaves are drawn last."""

import cv2
import numpy as np


def field(rng: np.random.Generator, size: int, cells: int) -> np.ndarray:
    """Normal noise of ``cells`` cells a side, smoothly enlarged -> float32 [size, size]."""
    coarse = rng.standard_normal((cells, cells), np.float32)
    if cells == size:
        return coarse
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC if cells < size else cv2.INTER_AREA)


def octaves(rng: np.random.Generator, size: int, cells: tuple[int, ...], falloff: float = 0.5) -> np.ndarray:
    """Add fields from coarse to fine, each ``falloff`` times the last; those below a pixel are left out."""
    total, strength = np.zeros((size, size), np.float32), 1.0
    for count in cells:
        if count * 2 > size:
            break
        total += strength * field(rng, size, count)
        strength *= falloff
    return total
