"""Tones on the device: low light, and the fading of prints."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from gpen_train.degradations.device.batch import numbers, pack, quantize, sizes_of, unpack
from gpen_train.degradations.device.colour import luma
from gpen_train.degradations.fading import SEPIA_INK, SEPIA_PAPER


def low_light(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """As ``darken`` of gpen_train.degradations.low_light: uint8 or float32 -> float32, not clipped."""
    levels = quantize(pack(images)) / 255
    gain, gamma, saturation = (
        numbers([values[name] for values in drawn], levels) for name in ("gain", "gamma", "saturation")
    )
    levels = 255 * gain * levels**gamma
    cast = levels.new_tensor([values["cast"] for values in drawn])[:, :, None, None]
    levels = cast * (saturation * levels + (1 - saturation) * luma(levels))
    return unpack(levels, sizes_of(images))


def fading(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """As ``fade`` of gpen_train.degradations.fading: uint8 or float32 -> uint8."""
    levels = quantize(pack(images)) / 255
    gamma, ink, paper, tone = (
        numbers([values[name] for values in drawn], levels) for name in ("gamma", "ink", "paper", "tone")
    )
    dark, light = (
        level * (1 + tone * (levels.new_tensor(sepia)[:, None, None] - 1))
        for level, sepia in ((ink, SEPIA_INK), (paper, SEPIA_PAPER))
    )
    return unpack(quantize(dark + (light - dark) * levels**gamma), sizes_of(images))
