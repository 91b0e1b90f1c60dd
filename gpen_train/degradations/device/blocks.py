"""Blocks of 8 x 8 pixels and their cosines, which JPEG and video encoders quantize."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import Size, look_up, repeated, span

SIDE = 8  # pixels
MIDDLE = 128  # of the levels: what the cosines are taken of is signed


def to_blocks(planes: Tensor) -> Tensor:
    """Levels [B, C, H, W], of whole blocks -> blocks [B, C, H / 8, W / 8, 8, 8] of numbers around 0."""
    return planes.unflatten(3, (-1, SIDE)).unflatten(2, (-1, SIDE)).transpose(3, 4) - MIDDLE


def to_planes(blocks: Tensor) -> Tensor:
    """The inverse of ``to_blocks``."""
    return blocks.transpose(3, 4).flatten(4, 5).flatten(2, 3) + MIDDLE


def cosine_matrix(like: Tensor) -> Tensor:
    """The orthonormal discrete cosine transform of 8 numbers, [8, 8]."""
    frequency, place = torch.arange(SIDE, dtype=torch.float64)[:, None], torch.arange(SIDE)
    matrix = torch.cos((2 * place + 1) * frequency * math.pi / (2 * SIDE)) / 2
    matrix[0] = math.sqrt(1 / SIDE)
    return matrix.to(like)


def halves(sizes: Sequence[Size]) -> list[Size]:
    """The sizes of the chroma where it is halved."""
    return [((height + 1) // 2, (width + 1) // 2) for height, width in sizes]


def in_whole_blocks(levels: Tensor, sizes: Sequence[Size], unit: int = SIDE) -> Tensor:
    """Levels [B, C, H, W] -> the sides the next multiples of ``unit``, the outermost pixels repeated."""
    rows, columns = (span(0, -(-side // unit) * unit, levels) for side in levels.shape[2:])
    return look_up(levels, sizes, rows, columns, repeated)
