"""Colour: grey, haze, a shift of each channel, and jitter of brightness, contrast, saturation and hue."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import Frame, Stage, check_probability, check_range, draw_uniform, quantize
from gpen_train.luma import REC_601

LUMA = np.array(REC_601, np.float32)


def to_grey(image: np.ndarray) -> np.ndarray:
    """Put a pixel's luma into its three channels: uint8 or float32 [H, W, 3] -> the same dtype."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def shift_colour(image: np.ndarray, shift: Sequence[float]) -> np.ndarray:
    """Add a number of grey levels to each channel: uint8 (clipped) or float32 [H, W, 3] -> the same dtype."""
    return cv2.add(image, (*shift, 0.0))


def haze(image: np.ndarray, alpha: float) -> np.ndarray:
    """Mix with white, alpha * x + (1 - alpha) * 255: uint8 or float32 [H, W, 3] -> the same dtype."""
    return cv2.addWeighted(image, alpha, image, 0.0, 255 * (1 - alpha))


def jitter_colour(
    image: np.ndarray,
    brightness: float = 1.0,
    contrast: float = 1.0,
    saturation: float = 1.0,
    hue: float = 0.0,
) -> np.ndarray:
    """Change brightness, contrast, saturation and hue, in this order; only the result is rounded and clipped.

        brightness   x' = b x
        contrast     x' = c x + (1 - c) m       m = the mean luma of the image
        saturation   x' = s x + (1 - s) luma(x)
        hue          the angle in HSV turns by ``hue`` circles

    The first three are affine in a pixel's RGB, so one matrix does them.

    image uint8 or float32 [H, W, 3] in grey levels  ->  uint8 [H, W, 3]
    """
    mean_luma = brightness * float(LUMA @ cv2.mean(image)[:3])
    mix = saturation * np.eye(3, dtype=np.float32) + (1 - saturation) * LUMA  # [3, 3]
    matrix = np.full((3, 4), (1 - contrast) * mean_luma, np.float32)
    matrix[:, :3] = brightness * contrast * mix
    image = quantize(cv2.transform(image, matrix))
    if hue == 0:
        return image
    hsv = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2HSV)  # H in degrees
    hsv[..., 0] = (hsv[..., 0] + 360 * hue) % 360
    return quantize(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))


class Grey(Stage):
    """Take the colour away."""

    def __init__(self, p: float = 0.2):
        super().__init__(p=check_probability("p", p))

    def apply(self, img: np.ndarray, **_: Any) -> np.ndarray:
        return to_grey(img)


class Haze(Stage):
    """Lay a white veil of a drawn strength over the image."""

    def __init__(
        self,
        alpha: Sequence[float] = (0.75, 0.95),  # share of the image; the rest is white
        p: float = 0.1,
    ):
        super().__init__(p=check_probability("p", p))
        self.alpha = check_range("alpha", alpha, 0, 1)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw the image's share."""
        return {"alpha": draw_uniform(rng, self.alpha)}

    def apply(self, img: np.ndarray, alpha: float, **_: Any) -> np.ndarray:
        return haze(img, alpha)


class ColourShift(Stage):
    """Shift each channel by a drawn number of grey levels."""

    def __init__(
        self,
        shift: Sequence[float] = (-20.0, 20.0),  # grey levels, one draw a channel
        p: float = 0.3,
    ):
        super().__init__(p=check_probability("p", p))
        self.shift = check_range("shift", shift, -255, 255)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a shift for each of R, G, B."""
        return {"levels": [draw_uniform(rng, self.shift) for _ in range(3)]}

    def apply(self, img: np.ndarray, levels: list[float], **_: Any) -> np.ndarray:
        return shift_colour(img, levels)


class ColourJitter(Stage):
    """Jitter brightness, contrast, saturation and hue by drawn amounts."""

    def __init__(
        self,
        brightness: Sequence[float] = (0.5, 1.5),  # factor
        contrast: Sequence[float] = (0.5, 1.5),  # factor
        saturation: Sequence[float] = (0.0, 1.5),  # factor
        hue: Sequence[float] = (-0.1, 0.1),  # circles
        p: float = 0.3,
    ):
        super().__init__(p=check_probability("p", p))
        self.brightness = check_range("brightness", brightness, 0)
        self.contrast = check_range("contrast", contrast, 0)
        self.saturation = check_range("saturation", saturation, 0)
        self.hue = check_range("hue", hue, -0.5, 0.5)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw the four amounts."""
        names = ("brightness", "contrast", "saturation", "hue")
        return {name: draw_uniform(rng, getattr(self, name)) for name in names}

    def apply(
        self, img: np.ndarray, brightness: float, contrast: float, saturation: float, hue: float, **_: Any
    ) -> np.ndarray:
        return jitter_colour(img, brightness, contrast, saturation, hue)
