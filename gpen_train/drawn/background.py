"""What is behind the portrait, out of focus: lights, leaves, walls and rooms."""

import cv2
import numpy as np

from gpen_train.drawn.fields import AREA, CUBIC, array, octaves, resized
from gpen_train.drawn.person import Person

GRID = 96


def gradient(first: np.ndarray, second: np.ndarray, angle: float) -> np.ndarray:
    """From one colour to another across the frame -> [GRID, GRID, 3]."""
    ticks = np.linspace(-0.5, 0.5, GRID, dtype=np.float32)
    share = np.clip(0.5 + ticks[None, :] * np.cos(angle) + ticks[:, None] * np.sin(angle), 0, 1)[..., None]
    return (first * (1 - share) + second * share).astype(np.float32)


def discs(
    canvas: np.ndarray, rng: np.random.Generator, count: int, colours: np.ndarray, radius: float, gain: float
) -> None:
    """Lens discs: uniform, a little brighter at the rim; drawn by adding light."""
    for draw in rng.random((count, 6)):
        size = (0.4 + draw[2]) * radius * GRID
        corner = np.floor(draw[:2] * GRID - size - 1).astype(int)
        side = int(2 * size) + 4
        spot = np.zeros((side, side), np.uint8)
        centre = tuple(int(value * 16) for value in draw[:2] * GRID - corner)
        cv2.circle(spot, centre, int(size * 16), 200, -1, cv2.LINE_AA, 4)
        cv2.circle(spot, centre, int(size * 16), 255, 1, cv2.LINE_AA, 4)
        colour = colours[int(draw[3] * len(colours))] * (0.3 + draw[4]) * gain / 255
        (left, top), start = np.maximum(corner, 0), np.maximum(-corner, 0)
        part = canvas[top : corner[1] + side, left : corner[0] + side]
        spot = spot[start[1] :, start[0] :][: part.shape[0], : part.shape[1]]
        part += spot[..., None] * colour.astype(np.float32)


def bokeh(rng: np.random.Generator, tones: np.ndarray) -> np.ndarray:
    canvas = gradient(tones[0] * 0.18, tones[1] * 0.30, rng.uniform(0, 6.3))
    warm = array([[1.0, 0.75, 0.45], [1.0, 0.9, 0.75], [0.6, 0.75, 1.0]]) * 0.5
    discs(canvas, rng, 26, np.concatenate([warm, tones]), rng.uniform(0.03, 0.08), 0.7)
    return cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.7, 1.6))


def wall(rng: np.random.Generator, tones: np.ndarray) -> np.ndarray:
    canvas = gradient(tones[0], tones[0] * rng.uniform(0.4, 0.8), rng.uniform(0, 6.3))
    canvas *= 1 + 0.05 * octaves(rng, GRID, (4, 12, 40), 0.6)[..., None]
    return canvas


def foliage(rng: np.random.Generator, tones: np.ndarray) -> np.ndarray:
    leaf = array([[0.10, 0.20, 0.04], [0.22, 0.32, 0.08], [0.04, 0.09, 0.03]])
    leaf *= 0.6 + 0.8 * tones.mean(axis=0) / tones.mean()  # seasons and hours differ
    canvas = gradient(leaf[1], leaf[2], rng.uniform(0.8, 2.4))
    canvas *= np.exp(0.45 * octaves(rng, GRID, (5, 12, 28), 0.8))[..., None]
    glints = np.concatenate([leaf * 2, array([[0.9, 0.95, 0.8]])])
    discs(canvas, rng, 22, glints, rng.uniform(0.03, 0.06), 0.4)
    return cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1.2, 2.5))


def room(rng: np.random.Generator, tones: np.ndarray) -> np.ndarray:
    """Furniture and windows reduced to blurred rectangles."""
    canvas = gradient(tones[0] * 0.6, tones[1] * 0.4, rng.uniform(0, 6.3))
    for draw in rng.random((9, 6)):
        left, top = int((draw[0] * 1.2 - 0.2) * GRID), int((draw[1] * 1.2 - 0.2) * GRID)
        right, bottom = left + int((0.06 + 0.3 * draw[2]) * GRID), top + int((0.1 + 0.6 * draw[3]) * GRID)
        colour = tones[int(draw[4] * 3)] * (0.25 + 1.1 * draw[5] ** 2)
        cv2.rectangle(canvas, (left, top), (right, bottom), colour.tolist(), -1)
    return cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1.5, 5.0))


BACKGROUNDS = {"bokeh": bokeh, "wall": wall, "foliage": foliage, "room": room}


def draw_background(person: Person, rng: np.random.Generator, size: int) -> np.ndarray:
    """The backdrop in linear light -> float32 [size, size, 3]."""
    canvas = BACKGROUNDS[person.scene.background](rng, array(person.scene.backdrop))
    canvas = resized(np.minimum(canvas, 1.2), size, AREA if size < GRID else CUBIC)
    return np.maximum(canvas, 0.0)
