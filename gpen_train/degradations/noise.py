"""Noise: Gaussian and Poisson, in colour or the same in the three channels. Levels are 8-bit grey levels."""

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
    draw_seed,
    draw_uniform,
    quantize,
)

KINDS = ("gaussian", "poisson")


def gaussian_noise(image: np.ndarray, sigma: float, seed: int, grey: bool = False) -> np.ndarray:
    """Add normal noise of a standard deviation in grey levels; ``grey`` adds one value to all three channels.

    image uint8 or float32 [H, W, 3]  ->  float32 [H, W, 3], not clipped
    """
    height, width, channels = image.shape
    return _add(image, normal(height, width * (1 if grey else channels), sigma, seed), grey)


def poisson_noise(image: np.ndarray, scale: float, seed: int, grey: bool = False) -> np.ndarray:
    """Add ``scale`` * (Poisson(x) - x), where x is the pixel's level, or its luma when ``grey``.

    The noise has the variance scale^2 * x: bright parts are noisier, as photon counts are. It is drawn as
    sqrt(x) n + (n^2 - 1) / 6 with n normal, which has the mean, variance (within 1/18) and skewness of the
    counts and takes a tenth of their time (the Cornish-Fisher expansion, first correction).

    image uint8 or float32 [H, W, 3]  ->  float32 [H, W, 3], not clipped
    """
    levels = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if grey else image
    levels = np.maximum(levels, 0, dtype=np.float32).reshape(len(image), -1)
    height, width = levels.shape
    photons = normal(height, width, 1.0, seed)
    sixth = cv2.threshold(levels, 0, 1 / 6, cv2.THRESH_BINARY)[1]  # and 0 without light
    noise = cv2.multiply(sixth, photons)
    cv2.add(noise, cv2.sqrt(levels), dst=noise)
    cv2.multiply(noise, photons, dst=noise)
    cv2.subtract(noise, sixth, dst=noise)
    return _add(image, cv2.multiply(noise, scale, dst=noise), grey)


def normal(height: int, width: int, sigma: float, seed: int) -> np.ndarray:
    """Normal numbers of a standard deviation, float32 [height, width]; a seed has 32 bits."""
    noise = np.empty((height, width), np.float32)
    # OpenCV's generator is three times as quick as numpy's, but there is one a thread: seed it every time,
    # with all 32 bits (as signed numbers), as the first number takes its sign from the highest.
    cv2.setRNGSeed(seed - 2**31)
    cv2.randn(noise, 0.0, sigma)
    return noise


def _add(image: np.ndarray, noise: np.ndarray, grey: bool) -> np.ndarray:
    """Add noise [H, W * 3], or [H, W] when ``grey``, to an image [H, W, 3]."""
    noise = cv2.cvtColor(noise, cv2.COLOR_GRAY2RGB) if grey else noise.reshape(image.shape)
    return cv2.add(image, noise, dst=noise, dtype=cv2.CV_32F)


class Noise(Stage):
    """Add noise of a drawn kind and strength."""

    def __init__(
        self,
        kinds: Mapping[str, float] | None = None,  # weight of each of KINDS; Gaussian alone if None
        sigma: Sequence[float] = (0.0, 20.0),  # Gaussian: standard deviation, grey levels
        scale: Sequence[float] = (0.05, 3.0),  # Poisson: factor on the noise of a photon count
        grey_probability: float = 0.0,  # share of samples with the same noise in the three channels
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.kinds = check_weights("kinds", {"gaussian": 1.0} if kinds is None else kinds, KINDS)
        self.sigma = check_range("sigma", sigma, 0)
        self.scale = check_range("scale", scale, 0)
        self.grey_probability = check_probability("grey_probability", grey_probability)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a kind and its strength, which does not depend on the resolution."""
        kind = choose(rng, self.kinds)
        strength = draw_uniform(rng, self.sigma if kind == "gaussian" else self.scale)
        grey = bool(rng.random() < self.grey_probability)
        return {"kind": kind, "strength": strength, "grey": grey, "seed": draw_seed(rng)}

    def apply(
        self, img: np.ndarray, kind: str, strength: float, grey: bool, seed: int, **_: Any
    ) -> np.ndarray:
        add_noise = {"gaussian": gaussian_noise, "poisson": poisson_noise}[kind]
        return quantize(add_noise(img, strength, seed, grey))  # all published chains clip here
