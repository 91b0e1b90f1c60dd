"""Blur kernels: float32, the sum 1, 2 * radius + 1 pixels a side; lengths in pixels, angles in radians."""

import math

import numpy as np


def gaussian_1d(sigma: float, radius: int) -> np.ndarray:
    """Return one axis of the isotropic Gaussian, float32 [2 * radius + 1] with the sum 1."""
    offsets = np.arange(-radius, radius + 1, dtype=np.float32)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    return weights / weights.sum()


def gaussian(sigma_x: float, sigma_y: float, angle: float, radius: int) -> np.ndarray:
    """Return exp(-d / 2): d = (x / sigma_x)^2 + (y / sigma_y)^2, where the axes are turned by ``angle``."""
    return generalized_gaussian(sigma_x, sigma_y, angle, 1.0, radius)


def generalized_gaussian(
    sigma_x: float, sigma_y: float, angle: float, beta: float, radius: int
) -> np.ndarray:
    """Return exp(-d^beta / 2): beta 1 is the Gaussian, below it has longer tails, above it a flatter top.

    Source: Liu et al., Estimating Generalized Gaussian Blur Kernels for Out-of-Focus Image Deblurring, 2020;
    used so in Real-ESRGAN, arXiv:2107.10833, section 3.1.
    """
    return _normalized(np.exp(-0.5 * _squared_distance(sigma_x, sigma_y, angle, radius) ** beta))


def plateau(sigma_x: float, sigma_y: float, angle: float, beta: float, radius: int) -> np.ndarray:
    """Return 1 / (1 + d^beta): flat inside the ellipse, steeper at its edge as beta grows.

    Source: Real-ESRGAN, arXiv:2107.10833, section 3.1.
    """
    return _normalized(1.0 / (1.0 + _squared_distance(sigma_x, sigma_y, angle, radius) ** beta))


def motion(length: float, angle: float) -> np.ndarray:
    """Return a straight stroke of the given length, one pixel wide with soft edges, as large as it needs."""
    x, y = _turned_grid(angle, math.ceil(length / 2))
    beyond = np.maximum(np.abs(x) - length / 2, 0)  # distance past the stroke's ends
    return _normalized(np.clip(1 - np.hypot(beyond, y), 0, None))


def defocus(disk_radius: float) -> np.ndarray:
    """Return the uniform disk of a lens out of focus, its edge one pixel soft, as large as it needs."""
    x, y = _turned_grid(0.0, math.ceil(disk_radius))
    return _normalized(np.clip(disk_radius + 0.5 - np.hypot(x, y), 0, 1))


def sinc(cutoff: float, radius: int) -> np.ndarray:
    """Return the ideal low-pass of circular support, which rings: c J1(pi c r) / (2 r) at the distance r.

    ``cutoff`` c is a share of the highest frequency, pi radians a pixel. Source: Real-ESRGAN,
    arXiv:2107.10833, section 3.3.
    """
    x, y = _turned_grid(0.0, radius)
    distance = np.maximum(np.hypot(x, y), 1e-3)  # the limit at 0, which the formula divides by
    return _normalized(cutoff * _bessel_j1(math.pi * cutoff * distance) / (2 * distance))


def _bessel_j1(x: np.ndarray) -> np.ndarray:
    """J1 as the mean of cos(t - x sin t) over a circle, which is exact with more points than x + 10."""
    angles = np.linspace(0, 2 * math.pi, int(x.max()) + 16, endpoint=False)
    return np.cos(angles - x[..., None] * np.sin(angles)).mean(axis=-1)


def _turned_grid(angle: float, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's coordinates along and across the axis at ``angle``."""
    offsets = np.arange(-radius, radius + 1, dtype=np.float32)
    along = offsets * np.float32(math.cos(angle))
    across = offsets * np.float32(math.sin(angle))
    return along[None, :] + across[:, None], along[:, None] - across[None, :]


def _squared_distance(sigma_x: float, sigma_y: float, angle: float, radius: int) -> np.ndarray:
    x, y = _turned_grid(angle, radius)
    return (x / np.float32(sigma_x)) ** 2 + (y / np.float32(sigma_y)) ** 2


def _normalized(weights: np.ndarray) -> np.ndarray:
    return (weights / weights.sum()).astype(np.float32, copy=False)
