"""Masks for inpainting: holes of brush strokes, boxes and irregular patches."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.resize import resize
from gpen_train.degradations.stage import (
    argument_names,
    check_range,
    check_weights,
    check_whole_range,
    draw_uniform,
    plain,
)

REFERENCE_RESOLUTION = 1024  # pixels a side: what the lengths in the settings are given at
TURN = (4 * math.pi / 15, 8 * math.pi / 15)  # radians from a segment to the next, 2 pi / 5 on average
FIELD = 256  # pixels a side of the noise that irregular patches are cut from
OCTAVES = (1.0, 0.5, 0.25)  # strength of that noise at its grain, half of it and a quarter


class Masks:
    """Draw holes: ``hole = masks(resolution, rng)``, bool [resolution, resolution], True where pixels miss.

    Equal generators give the same shapes at every resolution.
    """

    def __init__(
        self,
        kinds: Mapping[str, float] | None = None,  # weights of brush, box and irregular; brush alone if None
        strokes: Sequence[int] = (1, 3),  # brush: how many
        vertices: Sequence[int] = (8, 28),  # brush: corners of a stroke
        width: Sequence[float] = (12, 80),  # brush: pixels at 1024, one draw a stroke
        step: Sequence[float] = (0, 360),  # brush: pixels at 1024 from a corner to the next
        boxes: Sequence[int] = (1, 3),  # box: how many
        side: Sequence[float] = (80, 400),  # box: pixels at 1024, one draw each for height and width
        grain: Sequence[float] = (80, 320),  # irregular: pixels at 1024, the size of a patch
        cover: Sequence[float] = (0.05, 0.35),  # irregular: share of the image
    ):
        self.kinds = check_weights("kinds", {"brush": 1.0} if kinds is None else kinds, list(KINDS))
        self.strokes = check_whole_range("strokes", strokes, 1)
        self.vertices = check_whole_range("vertices", vertices, 2)
        self.width = check_range("width", width, 1)
        self.step = check_range("step", step, 0)
        self.boxes = check_whole_range("boxes", boxes, 1)
        self.side = check_range("side", side, 1, REFERENCE_RESOLUTION)
        self.grain = check_range("grain", grain, 8, REFERENCE_RESOLUTION)
        self.cover = check_range("cover", cover, 0, 1)

    def __call__(self, resolution: int, rng: np.random.Generator) -> np.ndarray:
        """Draw a hole of a drawn kind."""
        return KINDS[choose(rng, self.kinds)](self, resolution, rng)

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor's arguments as plain values, defaults included."""
        return {name: plain(getattr(self, name)) for name in argument_names(type(self))}

    def brush(self, resolution: int, rng: np.random.Generator) -> np.ndarray:
        """Strokes with round ends: walks that turn left or right at every corner, mirrored at the border."""
        canvas = np.zeros((REFERENCE_RESOLUTION, REFERENCE_RESOLUTION), np.uint8)
        pixel = REFERENCE_RESOLUTION / resolution  # no stroke is thinner
        for _ in range(rng.integers(*self.strokes, endpoint=True)):
            corners = rng.integers(*self.vertices, endpoint=True)
            width = max(pixel, draw_uniform(rng, self.width))
            turns = rng.uniform(*TURN, corners) * rng.choice([-1, 1], corners)
            angle = rng.uniform(0, 2 * math.pi) + np.cumsum(turns)
            directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # [corners, 2]: x, y
            walk = np.cumsum(rng.uniform(*self.step, (corners, 1)) * directions, axis=0)
            points = _mirrored(rng.uniform(0, REFERENCE_RESOLUTION, 2) + walk).astype(np.int32)
            thickness = max(1, round(width) - 1)  # OpenCV's lines are a pixel wider
            cv2.polylines(canvas, [points], False, 255, thickness)
        return resize(canvas, (resolution, resolution), "area") > 127

    def box(self, resolution: int, rng: np.random.Generator) -> np.ndarray:
        """Boxes that lie within the image and may overlap."""
        scale = resolution / REFERENCE_RESOLUTION
        hole = np.zeros((resolution, resolution), bool)
        for _ in range(rng.integers(*self.boxes, endpoint=True)):
            sides = rng.uniform(*self.side, 2)
            start = rng.uniform(0, REFERENCE_RESOLUTION - sides)
            (top, left), (height, width) = np.rint(start * scale).astype(int), _at_least_one(sides * scale)
            hole[top : top + height, left : left + width] = True
        return hole

    def irregular(self, resolution: int, rng: np.random.Generator) -> np.ndarray:
        """Patches with a rough edge: where smooth noise is highest."""
        grain, cover = draw_uniform(rng, self.grain), draw_uniform(rng, self.cover)
        field = np.zeros((FIELD, FIELD), np.float32)
        for octave, strength in enumerate(OCTAVES):
            cells = round(REFERENCE_RESOLUTION / grain * 2**octave) + 1
            coarse = rng.standard_normal((cells, cells), np.float32)
            field += strength * cv2.resize(coarse, (FIELD, FIELD), interpolation=cv2.INTER_CUBIC)
        level = np.quantile(field, 1 - cover)
        return cv2.resize(field, (resolution, resolution), interpolation=cv2.INTER_LINEAR) > level


KINDS = {"brush": Masks.brush, "box": Masks.box, "irregular": Masks.irregular}


def _mirrored(walk: np.ndarray) -> np.ndarray:
    """Fold coordinates back into the image, as if its borders were mirrors."""
    folded = np.mod(walk, 2 * REFERENCE_RESOLUTION)
    return np.minimum(folded, 2 * REFERENCE_RESOLUTION - folded)


def _at_least_one(lengths: np.ndarray) -> np.ndarray:
    return np.maximum(1, np.rint(lengths).astype(int))
