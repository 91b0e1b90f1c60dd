"""Lights a height map: normals, wrapped diffuse light, soft highlights, occlusion and cast shadows."""

from dataclasses import dataclass

import cv2
import numpy as np

from gpen_train.drawn.fields import AREA, CUBIC, array, resized
from gpen_train.drawn.person import Light

WRAP = (0.34, 0.18, 0.11)  # red light travels furthest under the skin and rounds the terminator
SHADOW_GRID = 64
NUM_MARCHES = 10


@dataclass(frozen=True)
class Shading:
    """``diffuse`` [S, S, 3] multiplies the albedo, ``gloss`` [S, S] is added."""

    diffuse: np.ndarray
    gloss: np.ndarray


def slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How steeply a height map in frame units rises to the right and downwards, each [S, S]."""
    scale = height.shape[0] / 8  # a Sobel sum of weight 8, one pixel = 1 / size
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=scale)
    return across, cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=scale)


def occlusion(height: np.ndarray) -> np.ndarray:
    """Hollows see less of the sky: 1 in the open, less below the surroundings."""
    size = height.shape[0]
    near = cv2.GaussianBlur(height, (0, 0), 0.012 * size) - height
    wide = cv2.GaussianBlur(resized(height, 64, AREA), (0, 0), 2.6)
    far = resized(wide, size) - height
    return np.clip(1 - 14 * np.maximum(near, -0.004) - 3.2 * np.maximum(far, -0.02), 0.4, 1.15)


def cast_shadow(height: np.ndarray, light: Light) -> np.ndarray:
    """Walk from every point towards the light: does something stand higher? -> 1 lit, 0 in shadow."""
    size = height.shape[0]
    ground = resized(height, SHADOW_GRID, AREA)
    x, y, z = light.direction
    flat = np.hypot(x, y)
    excess = np.zeros_like(ground)
    for step in range(1, NUM_MARCHES + 1):
        distance = 0.011 * step**1.25
        move = array([[1, 0, x / flat * distance * SHADOW_GRID], [0, 1, y / flat * distance * SHADOW_GRID]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ahead = cv2.warpAffine(
            ground, move, (SHADOW_GRID, SHADOW_GRID), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        np.maximum(excess, (ahead - ground - distance * z / flat) / (1 + 2 * distance), out=excess)
    lit = 0.12 + 0.88 * np.exp(-excess / (0.35 * light.softness))
    return resized(cv2.GaussianBlur(lit, (0, 0), 1.2), size, CUBIC)


def shade(
    slope: tuple[np.ndarray, np.ndarray], light: Light, lit: np.ndarray, open_sky: np.ndarray
) -> Shading:
    """Light a surface; ``lit`` and ``open_sky`` [S, S] come from cast_shadow and occlusion."""
    nz = 1 / np.sqrt(1 + np.square(slope[0]) + np.square(slope[1]))
    nx, ny = -slope[0] * nz, -slope[1] * nz
    lx, ly, lz = light.direction
    facing = nx * lx + ny * ly + nz * lz
    sky = open_sky * (0.78 - 0.30 * ny + 0.12 * nz)
    rim = 0.5 * light.rim * np.maximum(-nx * np.sign(lx) - 0.45, 0) * open_sky
    diffuse = np.empty((*nz.shape, 3), np.float32)
    for channel, wrap in enumerate(WRAP):
        key = np.maximum(facing + wrap, 0) * (lit * (1 - 0.3 * wrap) + 0.3 * wrap)
        diffuse[..., channel] = light.key[channel] / (1 + wrap) * key + light.ambient[channel] * sky + rim
    hx, hy, hz = array([lx, ly, lz + 1]) / array(np.sqrt(2 + 2 * lz))
    gloss = np.maximum(nx * hx + ny * hy + nz * hz, 0)
    for _ in range(3):  # squaring beats a power
        gloss *= gloss
    gloss = 0.35 * gloss + 0.65 * np.square(
        np.square(gloss)
    )  # a broad lobe of power 8, a tight one of power 32
    return Shading(diffuse, gloss * lit * open_sky)
