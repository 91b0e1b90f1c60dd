"""Blur: a filter given by its kernel, and the stage that draws kernels of many kinds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations import kernels
from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_range,
    check_weights,
    check_whole_range,
    draw_uniform,
    draw_whole,
)
from gpen_train.degradations.wide_blur import coarseness, wide_blur

KINDS = (
    "isotropic",
    "anisotropic",
    "generalized_isotropic",
    "generalized_anisotropic",
    "plateau_isotropic",
    "plateau_anisotropic",
    "sinc",
    "motion",
    "defocus",
)
NEGLIGIBLE_SIGMA = 0.2  # pixels: the four neighbours together weigh 1.5e-5, four thousandths of a grey level
SHORT_SINC = 6  # pixels of radius at 512
DIRECT_SIZE = 11  # up to here OpenCV sums the products, beyond it uses the Fourier transform


def blur(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Filter an image with a kernel; borders are mirrored.

    image uint8 or float32 [H, W, 3], kernel float32 [k, k], or [k] for both axes  ->  float32 [H, W, 3]
    """
    if kernel.ndim == 1:
        return cv2.sepFilter2D(image, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)
    if len(kernel) <= DIRECT_SIZE:
        image = image.astype(np.float32, copy=False)  # the direct sum is three times as quick on floats
    return cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)


class Blur(Stage):
    """Blur with a kernel whose kind and measures are drawn.

    ``kernel_size`` bounds the Gaussian, plateau and sinc kinds (odd; from [low, high] an odd size is drawn).
    Anisotropic kinds draw a sigma for each axis and any angle. Strokes and disks have no bound.
    Where the range of beta holds 1, half of the draws lie on each side of it. A sinc of fewer than 13 pixels
    cuts off no lower than at a third, as in Real-ESRGAN.
    """

    def __init__(
        self,
        kinds: Mapping[str, float] | None = None,  # weight of each of KINDS; isotropic alone if None
        kernel_size: int | Sequence[int] = 41,  # pixels at 512
        sigma: Sequence[float] = (0.1, 10.0),  # pixels at 512
        generalized_beta: Sequence[float] = (0.5, 4.0),  # exponent of the generalized Gaussian
        plateau_beta: Sequence[float] = (1.0, 2.0),  # exponent of the plateau
        sinc_cutoff: Sequence[float] = (0.2, 1.0),  # share of the highest frequency at 512
        motion_length: Sequence[float] = (3.0, 25.0),  # pixels at 512
        defocus_radius: Sequence[float] = (0.5, 8.0),  # pixels at 512
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.kinds = check_weights("kinds", {"isotropic": 1.0} if kinds is None else kinds, KINDS)
        self.kernel_size = check_whole_range("kernel_size", kernel_size, 3, 999)
        if any(size % 2 != 1 for size in self.kernel_size):
            raise ValueError(f"kernel_size is {list(self.kernel_size)}; expected odd numbers, such as 41")
        self.sigma = check_range("sigma", sigma, 0)
        self.generalized_beta = check_range("generalized_beta", generalized_beta, 0.1)
        self.plateau_beta = check_range("plateau_beta", plateau_beta, 0.1)
        self.sinc_cutoff = check_range("sinc_cutoff", sinc_cutoff, 0.01, 1)
        self.motion_length = check_range("motion_length", motion_length, 0)
        self.defocus_radius = check_range("defocus_radius", defocus_radius, 0)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a kind and its measures, in pixels of this image and radians."""
        kind = choose(rng, self.kinds)
        if kind == "motion":
            length = draw_uniform(rng, self.motion_length) * frame.scale
            return {"kind": kind, "length": length, "angle": draw_uniform(rng, (0, math.pi))}
        if kind == "defocus":
            return {"kind": kind, "disk_radius": draw_uniform(rng, self.defocus_radius) * frame.scale}
        smallest, largest = self.kernel_size
        radius = draw_whole(rng, (smallest // 2, largest // 2))
        drawn = {"kind": kind, "radius": max(1, round(radius * frame.scale))}
        if kind == "sinc":
            lowest, highest = self.sinc_cutoff
            ends = (max(lowest, 1 / 3), max(highest, 1 / 3)) if radius < SHORT_SINC else (lowest, highest)
            return drawn | {"cutoff": min(1.0, draw_uniform(rng, ends) / frame.scale)}
        return drawn | self._draw_ellipse(kind, rng, frame.scale)

    def _draw_ellipse(self, kind: str, rng: np.random.Generator, scale: float) -> dict[str, Any]:
        drawn = {"sigma_x": draw_uniform(rng, self.sigma) * scale}
        if kind.endswith("anisotropic"):
            drawn["sigma_y"] = draw_uniform(rng, self.sigma) * scale
            drawn["angle"] = draw_uniform(rng, (0, math.pi))
        if kind.startswith("generalized"):
            drawn["beta"] = _draw_beta(rng, self.generalized_beta)
        if kind.startswith("plateau"):
            drawn["beta"] = _draw_beta(rng, self.plateau_beta)
        return drawn

    def apply(self, img: np.ndarray, **drawn: Any) -> np.ndarray:
        if drawn["kind"] in ("isotropic", "anisotropic"):
            sigma_x, sigma_y = drawn["sigma_x"], drawn.get("sigma_y", drawn["sigma_x"])
            cell = coarseness(img.shape, min(sigma_x, sigma_y), drawn["radius"])
            if cell > 1:
                return wide_blur(img, sigma_x, sigma_y, drawn.get("angle", 0.0), drawn["radius"], cell)
        kernel = kernel_of(drawn)
        return img if kernel is None else blur(img, kernel)


def kernel_of(drawn: dict[str, Any]) -> np.ndarray | None:
    """Return the kernel of drawn values: [k, k], or [k] where it separates; None where it does nothing."""
    kind = drawn["kind"]
    if kind == "motion":
        return kernels.motion(drawn["length"], drawn["angle"])
    if kind == "defocus":
        return kernels.defocus(drawn["disk_radius"])
    if kind == "sinc":
        return kernels.sinc(drawn["cutoff"], drawn["radius"])
    radius, sigma_x = drawn["radius"], drawn["sigma_x"]
    sigma_y, angle = drawn.get("sigma_y", sigma_x), drawn.get("angle", 0.0)
    if max(sigma_x, sigma_y) < NEGLIGIBLE_SIGMA:
        return None
    sigma_x, sigma_y = max(sigma_x, 0.01), max(sigma_y, 0.01)  # as narrow as one pixel, but divides
    if kind.startswith("generalized"):
        return kernels.generalized_gaussian(sigma_x, sigma_y, angle, drawn["beta"], radius)
    if kind.startswith("plateau"):
        return kernels.plateau(sigma_x, sigma_y, angle, drawn["beta"], radius)
    radius = min(radius, math.ceil(4 * max(sigma_x, sigma_y)))  # what lies beyond weighs less than 1e-4
    if kind == "isotropic":
        return kernels.gaussian_1d(sigma_x, radius)
    return kernels.gaussian(sigma_x, sigma_y, angle, radius)


def _draw_beta(rng: np.random.Generator, ends: tuple[float, float]) -> float:
    low, high = ends
    if low < 1 < high:
        ends = (low, 1) if rng.random() < 0.5 else (1, high)
    return draw_uniform(rng, ends)
