"""Resizing on the device: every image by its own factor, as a product with a matrix for each axis.

The conventions are OpenCV's: a pixel is a square, the first one from 0 to 1, and bilinear and bicubic
interpolation are not antialiased.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import Size, groups, pack, sizes_of, unpack

SHARPNESS = -0.75  # of OpenCV's bicubic interpolation


def downsample(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Divide the sides of each image by its drawn factor."""
    sizes = [
        (max(1, int(height / values["factor"])), max(1, int(width / values["factor"])))
        for (height, width), values in zip(sizes_of(images), drawn, strict=True)
    ]
    return resize(images, sizes, [values["resampling"] for values in drawn])


def rescale(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Resample each image to its drawn size, or by its drawn scale."""
    sizes = [
        (values["size"][0], values["size"][1])
        if values["size"]
        else (max(1, int(height * values["scale"])), max(1, int(width * values["scale"])))
        for (height, width), values in zip(sizes_of(images), drawn, strict=True)
    ]
    return resize(images, sizes, [values["resampling"] for values in drawn])


def resize_back(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Resample each image to its drawn size."""
    sizes = [(values["size"][0], values["size"][1]) for values in drawn]
    return resize(images, sizes, [values["resampling"] for values in drawn])


def resize(images: Sequence[Tensor], sizes: Sequence[Size], kinds: Sequence[str]) -> list[Tensor]:
    """Resample each image to its size with its interpolation, one of MATRICES; uint8 stays uint8."""
    results = list(images)
    for kind, members in groups(kinds).items():
        changing = [number for number in members if tuple(images[number].shape[1:]) != sizes[number]]
        if changing:
            chosen, wanted = [images[number] for number in changing], [sizes[number] for number in changing]
            down, across = (MATRICES[kind](axis) for axis in _axes(chosen, wanted))
            levels = down[:, None] @ pack(chosen) @ across[:, None].mT
            for number, image in zip(changing, unpack(levels, wanted, chosen), strict=True):
                results[number] = image
    return results


class Axis(NamedTuple):
    """The heights or widths of some images, and what they become."""

    old: Tensor  # places of the old pixels, [N]
    new: Tensor  # places of the new pixels, [M, 1]
    length: Tensor  # old pixels of each image, [B, 1, 1]
    step: Tensor  # old pixels for a new one, [B, 1, 1]


def _axes(images: Sequence[Tensor], sizes: Sequence[Size]) -> list[Axis]:
    device, axes = images[0].device, []
    for old, new in zip(zip(*sizes_of(images), strict=True), zip(*sizes, strict=True), strict=True):
        length = torch.tensor(old, dtype=torch.float32, device=device)[:, None, None]
        step = length / torch.tensor(new, device=device)[:, None, None]
        places = torch.arange(max(new), device=device)[:, None]
        axes.append(Axis(torch.arange(max(old), device=device), places, length, step))
    return axes


def bilinear(axis: Axis) -> Tensor:
    """How much of each old pixel a new one takes, [B, M, N]."""
    centre = ((axis.new + 0.5) * axis.step - 0.5).clamp(min=0).minimum(axis.length - 1)
    return (1 - (centre - axis.old).abs()).clamp(min=0)


def bicubic(axis: Axis) -> Tensor:
    """As ``bilinear``, of four pixels; the outermost stand for what lies beyond."""
    centre = (axis.new + 0.5) * axis.step - 0.5
    matrix = torch.zeros((), device=centre.device)
    for offset in (-1, 0, 1, 2):
        taken = centre.floor() + offset
        weight = _cubic((centre - taken).abs())
        matrix = matrix + weight * (taken.clamp(min=0).minimum(axis.length - 1) == axis.old)
    return matrix


def area(axis: Axis) -> Tensor:
    """As ``bilinear``, the share of the new pixel that the old one covers."""
    start, end = axis.new * axis.step, ((axis.new + 1) * axis.step).minimum(axis.length)
    overlap = torch.minimum(end, axis.old + 1) - torch.maximum(start, axis.old)
    return overlap.clamp(min=0) / axis.step


MATRICES = {"bilinear": bilinear, "bicubic": bicubic, "area": area}


def _cubic(distance: Tensor) -> Tensor:
    """Weights of pixels up to 2 away.

    Source: Keys, Cubic convolution interpolation for digital image processing, 1981, equation 4.
    """
    near = (SHARPNESS + 2) * distance**3 - (SHARPNESS + 3) * distance**2 + 1
    far = SHARPNESS * (distance**3 - 5 * distance**2 + 8 * distance - 4)
    return torch.where(distance <= 1, near, far)
