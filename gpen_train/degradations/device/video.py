"""Video compression on the device: the blocks of gpen_train.degradations.video, for a whole batch."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import Size, numbers, pack, quantize, sizes_of, span, unpack
from gpen_train.degradations.device.blocks import (
    MIDDLE,
    SIDE,
    cosine_matrix,
    halves,
    in_whole_blocks,
    to_blocks,
    to_planes,
)
from gpen_train.degradations.device.colour import luma
from gpen_train.degradations.device.resize import resize
from gpen_train.degradations.video import DEAD_ZONE, quantizer_step


def video_compression(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """As ``compress_video`` of gpen_train.degradations.video: uint8 or float32 [3, h, w] -> uint8."""
    levels, sizes, num = quantize(pack(images)).float(), sizes_of(images), len(images)
    light = luma(levels).round()
    red, _, blue = levels.split(1, dim=1)
    chroma = quantize(torch.cat([0.713 * (red - light), 0.564 * (blue - light)], dim=1) + MIDDLE)
    qps = [values["qp"] for values in drawn]
    small = resize(unpack(chroma, sizes), halves(sizes), ["area"] * num)
    coded = code_planes(small, [min(qp, 15 + qp // 2) for qp in qps])
    chroma = pack(resize(coded, sizes, ["bilinear"] * num)) - MIDDLE
    light = pack(code_planes(unpack(quantize(light), sizes), qps))
    redness, blueness = chroma.split(1, dim=1)
    green = -0.714 * redness - 0.344 * blueness
    added = torch.cat([1.403 * redness, green, 1.773 * blueness], dim=1)
    return unpack(quantize(light + added), sizes)


def code_planes(planes: Sequence[Tensor], qps: Sequence[int]) -> list[Tensor]:
    """Transform, quantize and restore the blocks of 8 x 8: uint8 [C, h, w] -> uint8 [C, h, w]."""
    sizes = sizes_of(planes)
    levels = in_whole_blocks(pack(planes), sizes)
    step = numbers([quantizer_step(qp) for qp in qps], levels)[..., None, None]
    cosines = cosine_matrix(levels)
    found = cosines @ to_blocks(levels) @ cosines.T / step
    kept = (found.abs() + DEAD_ZONE).floor() * found.sign() * step
    levels, qp = to_planes(cosines.T @ kept @ cosines), numbers(qps, levels)
    deblock(levels, sizes, qp)
    deblock(levels.mT, [(width, height) for height, width in sizes], qp)
    return unpack(quantize(levels), sizes)


def deblock(levels: Tensor, sizes: Sequence[Size], qp: Tensor) -> None:
    """Smooth the edges between columns of blocks in place, as gpen_train.degradations.video does."""
    largest, flat = 0.8 * (2 ** (qp / 6) - 1), 0.5 * qp - 7
    edges = span(SIDE, levels.shape[3], levels)[::SIDE]
    p1, p0, q0, q1 = (levels[..., edges + offset] for offset in (-2, -1, 0, 1))
    is_inside = edges < numbers([width for _, width in sizes], levels)  # beyond, nothing has a meaning
    is_flat = ((p1 - p0).abs() < flat) & ((q1 - q0).abs() < flat)
    is_artefact = is_inside & is_flat & ((q0 - p0).abs() < largest)
    limit = 1 + largest / 12
    correction = ((4 * (q0 - p0) + (p1 - q1)) / 8).clamp(-limit, limit) * is_artefact
    levels[..., edges - 1] = p0 + correction
    levels[..., edges] = q0 - correction
