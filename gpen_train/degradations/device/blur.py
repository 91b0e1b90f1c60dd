"""Blur on the device: every image with its own kernel, by the Fourier transform."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpen_train.degradations.blur import kernel_of
from gpen_train.degradations.device.batch import look_up, mirrored, pack, sizes_of, span, unpack


def blur(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Filter each image with the kernel of its drawn values; borders are mirrored.

    uint8 or float32 [3, h, w]  ->  float32 [3, h, w]; the image itself where its kernel does nothing
    """
    kernels = {number: kernel_of(values) for number, values in enumerate(drawn)}
    used = {number: kernel for number, kernel in kernels.items() if kernel is not None}
    results = list(images)
    if used:
        chosen = [images[number] for number in used]
        levels = filtered(pack(chosen), sizes_of(chosen), list(used.values()))
        for number, image in zip(used, unpack(levels, sizes_of(chosen)), strict=True):
            results[number] = image
    return results


def filtered(levels: Tensor, sizes: Sequence[tuple[int, int]], kernels: Sequence[np.ndarray]) -> Tensor:
    """Correlate [B, 3, H, W] with a kernel each: float32 [k, k], or [k] for both axes."""
    height, width = levels.shape[2:]
    radius = max(len(kernel) // 2 for kernel in kernels)
    rows, columns = span(-radius, height + radius, levels), span(-radius, width + radius, levels)
    wide = look_up(levels, sizes, rows, columns, mirrored)
    size = (quick_length(height + 2 * radius), quick_length(width + 2 * radius))
    weights = torch.from_numpy(stacked(kernels, radius)).to(levels.device)
    # What wraps around reaches the margins alone.
    spectrum = torch.fft.rfft2(wide, s=size) * torch.fft.rfft2(weights, s=size).conj()[:, None]
    return torch.fft.irfft2(spectrum, s=size)[..., :height, :width]


def stacked(kernels: Sequence[np.ndarray], radius: int) -> np.ndarray:
    """Kernels of any size, centred -> float32 [B, 2 * radius + 1, 2 * radius + 1]."""
    result = np.zeros((len(kernels), 2 * radius + 1, 2 * radius + 1), np.float32)
    for place, kernel in zip(result, kernels, strict=True):
        margin = radius - len(kernel) // 2
        inside = slice(margin, margin + len(kernel))
        place[inside, inside] = np.outer(kernel, kernel) if kernel.ndim == 1 else kernel
    return result


def quick_length(length: int) -> int:
    """The next length that Fourier transforms are quick at: a product of twos, threes and fives."""
    rest = length
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    return length if rest == 1 else quick_length(length + 1)
