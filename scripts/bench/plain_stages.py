"""The stages of published degradations written plainly: float32 throughout, full 2-D kernels, NumPy noise.

They take what the fast stages take, drawn values, and make the same distribution. Stages that no released
code has are the package's own.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations import kernels
from gpen_train.degradations.chain import Chain, Step
from gpen_train.degradations.resize import INTERPOLATIONS

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def kernel_of(drawn: dict[str, Any]) -> np.ndarray:
    """The full kernel, at its full radius."""
    kind, radius = drawn["kind"], drawn.get("radius", 0)
    if kind in ("isotropic", "anisotropic"):
        sigma_x, angle = drawn["sigma_x"], drawn.get("angle", 0.0)
        spread = np.diag([sigma_x**2, drawn.get("sigma_y", sigma_x) ** 2])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        offsets = np.arange(-radius, radius + 1.0)
        grid = np.stack(np.meshgrid(offsets, offsets), axis=-1)  # [k, k, 2]: x, y
        inverse = np.linalg.inv(turn @ spread @ turn.T)
        weights = np.exp(-0.5 * np.sum(np.dot(grid, inverse) * grid, axis=2))
        return weights / weights.sum()
    if kind == "motion":
        return kernels.motion(drawn["length"], drawn["angle"])
    if kind == "defocus":
        return kernels.defocus(drawn["disk_radius"])
    if kind == "sinc":
        return kernels.sinc(drawn["cutoff"], radius)
    make = kernels.generalized_gaussian if kind.startswith("generalized") else kernels.plateau
    sigma_x = drawn["sigma_x"]
    return make(sigma_x, drawn.get("sigma_y", sigma_x), drawn.get("angle", 0.0), drawn["beta"], radius)


def blur(image: np.ndarray, **drawn: Any) -> np.ndarray:
    return cv2.filter2D(image, -1, kernel_of(drawn))


def resize(image: np.ndarray, size: tuple[int, int], resampling: str = "bilinear") -> np.ndarray:
    return cv2.resize(image, (size[1], size[0]), interpolation=INTERPOLATIONS[resampling])


def downsample(image: np.ndarray, factor: float, resampling: str) -> np.ndarray:
    return resize(image, [max(1, int(side / factor)) for side in image.shape[:2]], resampling)


def rescale(image: np.ndarray, scale: float, size: list[int] | None, resampling: str) -> np.ndarray:
    return resize(image, size or [max(1, int(side * scale)) for side in image.shape[:2]], resampling)


def noise(image: np.ndarray, kind: str, strength: float, grey: bool, seed: int) -> np.ndarray:
    rng = np.random.RandomState(seed)
    if kind == "gaussian":
        added = strength * rng.randn(*image.shape[:2], 1 if grey else 3)
    else:
        levels = np.clip(image @ LUMA[:, None] if grey else image, 0, 255)
        added = strength * (rng.poisson(levels) - levels)
    return np.clip(image + added, 0, 255).astype(np.float32)


def compression(image: np.ndarray, quality: int, file_format: str) -> np.ndarray:
    suffix, flag = {"jpeg": (".jpg", cv2.IMWRITE_JPEG_QUALITY), "webp": (".webp", cv2.IMWRITE_WEBP_QUALITY)}[
        file_format
    ]
    _, encoded = cv2.imencode(suffix, np.uint8(np.clip(image.round(), 0, 255))[..., ::-1], [flag, quality])
    return np.float32(cv2.imdecode(encoded, cv2.IMREAD_COLOR))[..., ::-1]


def grey(image: np.ndarray) -> np.ndarray:
    return np.tile(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)[..., None], [1, 1, 3])


def haze(image: np.ndarray, alpha: float) -> np.ndarray:
    return image * np.float32(alpha) + np.ones_like(image) * np.float32(255 * (1 - alpha))


def colour_shift(image: np.ndarray, levels: list[float]) -> np.ndarray:
    return np.clip(image + np.float32(levels), 0, 255)


def colour_jitter(
    image: np.ndarray, brightness: float, contrast: float, saturation: float, hue: float
) -> np.ndarray:
    image = np.clip(image * np.float32(brightness), 0, 255)
    image = np.clip(contrast * image + (1 - contrast) * (image @ LUMA).mean(), 0, 255)
    image = np.clip(saturation * image + (1 - saturation) * (image @ LUMA)[..., None], 0, 255)
    hsv = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + 360 * hue) % 360
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def shift(image: np.ndarray, right: int, down: int) -> np.ndarray:
    room = max(abs(right), abs(down))
    wide = np.pad(image, ((room, room), (room, room), (0, 0)), mode="symmetric")
    height, width = image.shape[:2]
    return wide[room - down : room - down + height, room - right : room - right + width]


def resize_back(image: np.ndarray, size: list[int], resampling: str) -> np.ndarray:
    return resize(image, size, resampling)


PLAIN: dict[str, Callable[..., np.ndarray]] = {
    function.__name__: function
    for function in (
        blur, downsample, rescale, noise, compression, resize_back,
        grey, haze, colour_shift, colour_jitter, shift,
    )
}  # fmt: skip


def degrade(
    chain: Chain, clean: np.ndarray, plan: list[Step], clock: Callable
) -> tuple[np.ndarray, np.ndarray]:
    """Carry out a plan: uint8 or float32 [H, W, 3] -> degraded, clean float32 [H, W, 3] in grey levels."""
    image = clean.astype(np.float32)
    for step in plan:
        if step.label in chain.shared:
            image = _apply(chain, image, step, clock)
    degraded = image
    for step in plan:
        if step.label in chain.stages:
            degraded = _apply(chain, degraded, step, clock)
    if plan and plan[-1].stage == "patch":
        square = plan[-1].drawn
        other, _ = degrade(chain, image, square["steps"], clock)
        mask = np.zeros_like(image)
        mask[
            square["top"] : square["top"] + square["side"], square["left"] : square["left"] + square["side"]
        ] = 1
        degraded = other * mask + degraded * (1 - mask)
    return degraded, image


def _apply(chain: Chain, image: np.ndarray, step: Step, clock: Callable) -> np.ndarray:
    own = (chain.shared | chain.stages)[step.label].apply
    return clock(step.stage, PLAIN.get(step.stage, own))(image, **step.drawn).astype(np.float32, copy=False)
