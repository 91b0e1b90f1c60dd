"""Scratches: the damage of a print or negative by hands and years; dust, scratches and creases."""

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.paper import clouds
from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_range,
    check_whole_range,
    draw_seed,
    draw_uniform,
    draw_whole,
    quantize,
)

BARE = (236.0, 230.0, 218.0)  # paper where the picture is scratched off, grey levels
DIRT = (40.0, 36.0, 32.0)
SUBPIXELS = 4  # bits of the coordinates that OpenCV takes
FLAKE = 6.0  # pixels at 512: how long the pieces are that break out along a line


class Scratches(Stage):
    """Draw dust, scratches and creases; most are bare paper, some are dirt."""

    def __init__(
        self,
        scratches: Sequence[int] = (0, 12),  # how many: thin, nearly straight
        creases: Sequence[int] = (0, 2),  # how many: across the whole print, broken
        specks: Sequence[int] = (0, 60),  # how many: dust and short hairs
        width: Sequence[float] = (
            0.6,
            2.0,
        ),  # pixels at 512, of scratches; creases are up to four times as wide
        opacity: Sequence[float] = (0.4, 1.0),
        dirt: float = 0.25,  # share that is dark
        p: float = 0.7,
    ):
        super().__init__(p=check_probability("p", p))
        self.scratches = check_whole_range("scratches", scratches, 0)
        self.creases = check_whole_range("creases", creases, 0)
        self.specks = check_whole_range("specks", specks, 0)
        self.width = check_range("width", width, 0.1)
        self.opacity = check_range("opacity", opacity, 0, 1)
        self.dirt = check_probability("dirt", dirt)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw numbers, a width in pixels of this image and the seed of the shapes."""
        return {
            "scratches": draw_whole(rng, self.scratches),
            "creases": draw_whole(rng, self.creases),
            "specks": draw_whole(rng, self.specks),
            "width": draw_uniform(rng, self.width) * frame.scale,
            "flake": max(1.0, FLAKE * frame.scale),
            "opacity": draw_uniform(rng, self.opacity),
            "dirt": self.dirt,
            "seed": draw_seed(rng),
        }

    def apply(self, img: np.ndarray, **drawn: Any) -> np.ndarray:
        damaged = quantize(img).copy()
        for colour, cover in zip((BARE, DIRT), covers(img.shape[:2], **drawn), strict=True):
            touched = np.nonzero(cover)  # a few hundredths of the pixels
            share, levels = cover[touched][:, None], damaged[touched]
            damaged[touched] = np.rint(levels + share * (np.array(colour, np.float32) - levels))
        return damaged


def covers(size: tuple[int, int], flake: float, seed: int, **drawn: Any) -> list[np.ndarray]:
    """How much bare paper and dirt cover each pixel: two float32 [H, W], 0 to 1."""
    torn = np.clip(0.75 + 0.5 * clouds(*size, flake, seed), 0, 1)  # where the picture has come off
    lines = strokes(size, seed=seed, **drawn)
    return [
        cv2.multiply(cv2.GaussianBlur(line, (3, 3), 0), torn, scale=1 / 255, dtype=cv2.CV_32F)
        for line in lines
    ]


def strokes(
    size: tuple[int, int],
    scratches: int,
    creases: int,
    specks: int,
    width: float,
    opacity: float,
    dirt: float,
    seed: int,
    **_: Any,
) -> np.ndarray:
    """The lines alone, uint8 [2, H, W]: those of bare paper and those of dirt."""
    rng = np.random.default_rng(seed)
    kinds = [_scratch] * scratches + [_speck] * specks + [_crease] * creases
    masks = np.zeros((2, *size), np.uint8)
    for shape in kinds:
        dark = int(rng.random() < dirt)
        points = shape(rng) * (size[1], size[0])
        wide = width * rng.uniform(*WIDTHS[shape], len(points) if shape is _crease else 1)
        stroke(masks[dark], points, wide, opacity * rng.uniform(0.5, 1))
    return masks


def stroke(mask: np.ndarray, points: np.ndarray, width: np.ndarray, opacity: float) -> None:
    """Draw an open line into uint8 [H, W]: points [N, 2], width in pixels [N] or [1].

    One thinner than a pixel is a fainter line of one pixel.
    """
    along = np.gradient(points, axis=0)  # [corners, 2]
    across = along[:, ::-1] * (-1, 1) / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    half = np.maximum(0, width - 1)[:, None] / 2 * across  # OpenCV fills half a pixel beyond the outline
    outline = np.concatenate([points + half, (points - half)[::-1]])
    level = round(255 * opacity * min(1.0, width.mean()))
    # OpenCV's own thick lines have odd widths alone; a polygon has any.
    corners = np.rint(outline * 2**SUBPIXELS).astype(np.int32)
    cv2.fillPoly(mask, [corners], level, cv2.LINE_AA, SUBPIXELS)


def _scratch(rng: np.random.Generator) -> np.ndarray:
    """A slightly bent line: [12, 2] as shares of the sides, x first; most run up and down, as film does."""
    angle = rng.normal(math.pi / 2, 0.25) if rng.random() < 0.6 else rng.uniform(0, math.pi)
    return _walk(rng, rng.uniform(-0.1, 1.1, 2), angle, rng.uniform(0.05, 0.8), bend=0.03, corners=12)


def _crease(rng: np.random.Generator) -> np.ndarray:
    """A ragged line through the print, [160, 2]."""
    angle = rng.uniform(0, math.pi)
    start = rng.uniform(0.1, 0.9, 2) - np.array([math.cos(angle), math.sin(angle)])
    return _walk(rng, start, angle, 2.0, bend=0.1, corners=160)


def _speck(rng: np.random.Generator) -> np.ndarray:
    """A grain of dust or a short hair, [5, 2]."""
    length = rng.exponential(0.004) + (rng.exponential(0.03) if rng.random() < 0.15 else 0)
    return _walk(rng, rng.uniform(0, 1, 2), rng.uniform(0, 2 * math.pi), length, bend=0.5, corners=5)


def _walk(
    rng: np.random.Generator, start: np.ndarray, angle: float, length: float, bend: float, corners: int
) -> np.ndarray:
    turns = angle + rng.normal(0, bend, corners) + bend * np.cumsum(rng.normal(0, 0.5, corners))
    steps = length / corners * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return start + np.cumsum(steps, axis=0)


WIDTHS = {_scratch: (0.5, 1.0), _speck: (0.8, 2.5), _crease: (0.5, 4.0)}  # times the drawn width
