"""Colour on the device: grey, haze, a shift of each channel, and jitter."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import numbers, pack, quantize, sizes_of, unpack
from gpen_train.luma import REC_601


def luma(levels: Tensor) -> Tensor:
    """RGB [.., 3, H, W] -> luma [.., 1, H, W]."""
    return (levels * levels.new_tensor(REC_601)[:, None, None]).sum(dim=-3, keepdim=True)


def grey(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Put a pixel's luma into its three channels; uint8 stays uint8."""
    levels = luma(pack(images)).expand(-1, 3, -1, -1)
    return unpack(levels, sizes_of(images), images)


def haze(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Mix with white; uint8 stays uint8."""
    levels = pack(images)
    alpha = numbers([values["alpha"] for values in drawn], levels)
    return unpack(alpha * levels + 255 * (1 - alpha), sizes_of(images), images)


def colour_shift(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Add the drawn grey levels to each channel; uint8 stays uint8."""
    levels = pack(images)
    shifts = levels.new_tensor([values["levels"] for values in drawn])[:, :, None, None]
    return unpack(levels + shifts, sizes_of(images), images)


def colour_jitter(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """As ``jitter_colour`` of gpen_train.degradations.colour: uint8 or float32 -> uint8."""
    levels = pack(images)
    brightness, contrast, saturation, hue = (
        numbers([values[name] for values in drawn], levels)
        for name in ("brightness", "contrast", "saturation", "hue")
    )
    mean = torch.stack([luma(image.float()).mean() for image in images])[:, None, None, None]
    levels = brightness * (contrast * levels + (1 - contrast) * mean)
    levels = quantize(saturation * levels + (1 - saturation) * luma(levels))
    turned = quantize(turn_hue(levels.float(), hue))
    return unpack(torch.where(hue == 0, levels, turned), sizes_of(images))


def turn_hue(levels: Tensor, circles: Tensor) -> Tensor:
    """Turn the hue angle of HSV: RGB [B, 3, H, W] by [B, 1, 1, 1] -> [B, 3, H, W].

    A channel is value - chroma * clamp(min(k, 4 - k), 0, 1), where k is the hue in sixths of a circle, plus 5
    for R, 3 for G and 1 for B, modulo 6.
    """
    red, green, blue = levels.split(1, dim=1)
    value, chroma = levels.amax(1, keepdim=True), levels.amax(1, keepdim=True) - levels.amin(1, keepdim=True)
    divisor = chroma.clamp(min=1e-6)  # grey has no hue
    sixths = torch.where(
        value == red,
        (green - blue) / divisor,
        torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    k = (levels.new_tensor([5.0, 3.0, 1.0])[:, None, None] + sixths + 6 * circles) % 6
    return value - chroma * torch.minimum(k, 4 - k).clamp(0, 1)
