"""Resizing: by drawn factors, and back to the size of the network's input."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_range,
    check_weights,
    draw_uniform,
)

INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "bicubic": cv2.INTER_CUBIC}
DIRECTIONS = ("up", "down", "keep")
MOST_SCALE = 8  # new side / old side: memory grows with its square


def resize(image: np.ndarray, size: tuple[int, int], interpolation: str = "bilinear") -> np.ndarray:
    """Resample an image to ``size`` = (height, width); the image itself where it has that size.

    image uint8 or float32 [H, W, 3]  ->  [height, width, 3] of the same dtype. Bilinear and bicubic are not
    antialiased. A float32 image may leave the range 0 to 255 under bicubic.
    """
    height, width = size
    if image.shape[:2] == (height, width):
        return image
    return cv2.resize(image, (width, height), interpolation=INTERPOLATIONS[interpolation])


class Downsample(Stage):
    """Divide both sides by a drawn factor; a factor below 1 enlarges."""

    def __init__(
        self,
        factor: Sequence[float] = (0.8, 8.0),  # old side / new side
        interpolations: Mapping[str, float] | None = None,  # weight of each; bilinear alone if None
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.factor = check_range("factor", factor, 0.1)
        weights = {"bilinear": 1.0} if interpolations is None else interpolations
        self.interpolations = check_weights("interpolations", weights, list(INTERPOLATIONS))

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a factor, which does not depend on the resolution, and an interpolation."""
        return {
            "factor": draw_uniform(rng, self.factor),
            "resampling": choose(rng, self.interpolations),
        }

    def apply(self, img: np.ndarray, factor: float, resampling: str, **_: Any) -> np.ndarray:
        height, width = img.shape[:2]
        return resize(img, (max(1, int(height / factor)), max(1, int(width / factor))), resampling)


class Rescale(Stage):
    """Enlarge, shrink or keep the image, by a drawn scale.

    Source: Real-ESRGAN, arXiv:2107.10833, section 3.2.
    """

    def __init__(
        self,
        scale: Sequence[float] = (0.15, 1.5),  # new side / old side: shrunk [low, 1], enlarged [1, high]
        directions: Mapping[str, float] | None = None,  # weights of up, down and keep; equal if None
        interpolations: Mapping[str, float] | None = None,  # weight of each; bilinear alone if None
        of_output: bool = False,  # the old side is the degraded image's in the end, not the present one
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.scale = check_range("scale", scale, 0.01, MOST_SCALE)
        if not self.scale[0] <= 1 <= self.scale[1]:
            raise ValueError(f"scale is {list(self.scale)}; expected [low, high] with low <= 1 <= high")
        weights = dict.fromkeys(DIRECTIONS, 1.0) if directions is None else directions
        self.directions = check_weights("directions", weights, DIRECTIONS)
        weights = {"bilinear": 1.0} if interpolations is None else interpolations
        self.interpolations = check_weights("interpolations", weights, list(INTERPOLATIONS))
        self.of_output = of_output

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a scale and an interpolation; a size where it does not depend on the image."""
        low, high = self.scale
        ends = {"up": (1.0, high), "down": (low, 1.0), "keep": (1.0, 1.0)}[choose(rng, self.directions)]
        scale = draw_uniform(rng, ends)
        size = [max(1, int(side * scale)) for side in frame.size] if self.of_output else None
        return {"scale": scale, "size": size, "resampling": choose(rng, self.interpolations)}

    def apply(
        self, img: np.ndarray, scale: float, size: list[int] | None, resampling: str, **_: Any
    ) -> np.ndarray:
        height, width = size or [max(1, int(side * scale)) for side in img.shape[:2]]
        return resize(img, (height, width), resampling)


class ResizeBack(Stage):
    """Resample to the size of the network's input."""

    def __init__(
        self,
        interpolations: Mapping[str, float] | None = None,  # weight of each; bilinear alone if None
    ):
        super().__init__(p=1.0)
        weights = {"bilinear": 1.0} if interpolations is None else interpolations
        self.interpolations = check_weights("interpolations", weights, list(INTERPOLATIONS))

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw an interpolation."""
        return {"size": list(frame.size), "resampling": choose(rng, self.interpolations)}

    def apply(self, img: np.ndarray, size: list[int], resampling: str, **_: Any) -> np.ndarray:
        return resize(img, (size[0], size[1]), resampling)
