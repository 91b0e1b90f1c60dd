"""Paper: the surface of a print, as a scanner sees it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.noise import normal
from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_range,
    check_weights,
    draw_seed,
    draw_uniform,
)

HEIGHT = 1.2  # standard deviation of the lumps, before interpolation smooths them
LIGHT = math.pi / 4  # where a scanner's lamp stands: its light grazes the paper along this diagonal


def clouds(height: int, width: int, grain: float, seed: int) -> np.ndarray:
    """Smooth noise whose lumps are ``grain`` pixels wide: float32 [H, W], standard deviation about 1."""
    rows, columns = (math.ceil(side / grain) + 3 for side in (height, width))
    field = cv2.resize(
        normal(rows, columns, HEIGHT, seed), None, fx=grain, fy=grain, interpolation=cv2.INTER_CUBIC
    )
    top, left = (int(grain) for _ in range(2))  # beyond the border, where lumps would be cut
    return field[top : top + height, left : left + width]


def relief(field: np.ndarray) -> np.ndarray:
    """A surface of given heights under grazing light: its slope along LIGHT, standard deviation 1."""
    along, across = np.array([-1, 0, 1], np.float32), np.array([1, 2, 1], np.float32)  # Sobel's
    kernel = math.cos(LIGHT) * np.outer(across, along) + math.sin(LIGHT) * np.outer(along, across)
    slope = cv2.filter2D(field, cv2.CV_32F, kernel)
    return cv2.multiply(slope, 1 / max(float(cv2.meanStdDev(slope)[1][0, 0]), 1e-6))


def fibre(height: int, width: int, grain: float, seed: int) -> np.ndarray:
    """The felt of matt paper: lumps of two sizes."""
    return relief(clouds(height, width, grain, seed) + 2 * clouds(height, width, 3 * grain, seed ^ 1))


def silk(height: int, width: int, grain: float, seed: int) -> np.ndarray:
    """The embossed honeycomb of prints of the 1970s, at an angle that the seed gives."""
    angle = (seed % 1000) / 1000 * math.pi / 3
    y, x = (2 * math.pi / grain * np.arange(side, dtype=np.float32) for side in (height, width))
    waves = (angle + turn * math.pi / 3 for turn in range(3))
    field = sum(np.cos(math.cos(wave) * x[None] + math.sin(wave) * y[:, None]) for wave in waves)
    return relief(np.asarray(field, np.float32) + 0.3 * clouds(height, width, grain, seed))


def mottle(height: int, width: int, grain: float, seed: int) -> np.ndarray:
    """Stains and unevenly faded areas."""
    return clouds(height, width, 20 * grain, seed)


SURFACES = {"fibre": fibre, "silk": silk, "mottle": mottle}


class Paper(Stage):
    """Lay the surface of a drawn kind of paper over the image."""

    def __init__(
        self,
        kinds: Mapping[str, float] | None = None,  # weight of each of SURFACES; equal if None
        grain: Sequence[float] = (2.0, 6.0),  # pixels at 512: a lump; mottles are 20 times as large
        strength: Sequence[float] = (2.0, 10.0),  # grey levels, standard deviation
        p: float = 0.5,
    ):
        super().__init__(p=check_probability("p", p))
        weights = dict.fromkeys(SURFACES, 1.0) if kinds is None else kinds
        self.kinds = check_weights("kinds", weights, list(SURFACES))
        self.grain = check_range("grain", grain, 0.5, 100)
        self.strength = check_range("strength", strength, 0)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a kind, a grain in pixels of this image, a strength, and the seed of the surface."""
        return {
            "kind": choose(rng, self.kinds),
            "grain": max(1.0, draw_uniform(rng, self.grain) * frame.scale),
            "strength": draw_uniform(rng, self.strength),
            "seed": draw_seed(rng),
        }

    def apply(
        self, img: np.ndarray, kind: str, grain: float, strength: float, seed: int, **_: Any
    ) -> np.ndarray:
        height, width = img.shape[:2]
        surface = cv2.multiply(SURFACES[kind](height, width, grain, seed), strength)
        return cv2.add(img, cv2.cvtColor(surface, cv2.COLOR_GRAY2RGB), dtype=cv2.CV_8U)
