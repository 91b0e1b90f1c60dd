"""Noise on the device: every image's from its own drawn seed, in whatever batch it stands."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import groups, numbers, pack, quantize, sizes_of, unpack
from gpen_train.degradations.device.colour import luma


def noise(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Add noise of the drawn kind, strength and seed: uint8 or float32 [3, h, w] -> uint8 [3, h, w]."""
    results = list(images)
    for kind, members in groups([values["kind"] for values in drawn]).items():
        chosen, values = [images[number] for number in members], [drawn[number] for number in members]
        levels = pack(chosen)
        strength = numbers([value["strength"] for value in values], levels)
        added = strength * KINDS[kind](levels, normal_numbers(chosen, values), values)
        noisy = unpack(quantize(levels + added), sizes_of(chosen))
        for number, image in zip(members, noisy, strict=True):
            results[number] = image
    return results


def gaussian(levels: Tensor, normal: Tensor, drawn: Sequence[dict[str, Any]]) -> Tensor:
    """Noise of the strength 1: normal numbers as they are."""
    return normal


def poisson(levels: Tensor, normal: Tensor, drawn: Sequence[dict[str, Any]]) -> Tensor:
    """Noise of the strength 1: as ``poisson_noise`` of gpen_train.degradations.noise makes it."""
    is_grey = numbers([values["grey"] for values in drawn], levels).bool()
    light = torch.where(is_grey, luma(levels), levels).clamp(min=0)
    return light.sqrt() * normal + (normal.square() - 1) / 6 * (light > 0)


KINDS = {"gaussian": gaussian, "poisson": poisson}


def normal_numbers(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> Tensor:
    """Normal numbers [B, 3, H, W] from each image's seed, the same in the three channels where it is grey."""
    height, width = (max(sides) for sides in zip(*sizes_of(images), strict=True))
    normal = torch.zeros((len(images), 3, height, width), device=images[0].device)
    random = torch.Generator(normal.device)
    for place, (rows, columns), values in zip(normal, sizes_of(images), drawn, strict=True):
        random.manual_seed(values["seed"])
        shape = (1 if values["grey"] else 3, rows, columns)
        place[:, :rows, :columns] = torch.randn(shape, generator=random, device=normal.device)
    return normal
