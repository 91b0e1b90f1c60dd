"""JPEG on the device: what an encoder loses, without the file.

As libjpeg does it: whole numbers between the steps, chroma halved on both axes and interpolated back, and the
tables of the standard, scaled by the quality.

Source: ITU-T T.81 (JPEG), annexes A and K; JFIF 1.02 for the colours.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import (
    Size,
    look_up,
    numbers,
    pack,
    quantize,
    repeated,
    sizes_of,
    span,
    unpack,
)
from gpen_train.degradations.device.blocks import (
    MIDDLE,
    SIDE,
    cosine_matrix,
    halves,
    in_whole_blocks,
    to_blocks,
    to_planes,
)

# Table K.1 for the luma, table K.2 for the chroma.
TABLES = (
    (
        (16, 11, 10, 16, 24, 40, 51, 61),
        (12, 12, 14, 19, 26, 58, 60, 55),
        (14, 13, 16, 24, 40, 57, 69, 56),
        (14, 17, 22, 29, 51, 87, 80, 62),
        (18, 22, 37, 56, 68, 109, 103, 77),
        (24, 35, 55, 64, 81, 104, 113, 92),
        (49, 64, 78, 87, 103, 121, 120, 101),
        (72, 92, 95, 98, 112, 100, 103, 99),
    ),
    (
        (17, 18, 24, 47, 99, 99, 99, 99),
        (18, 21, 26, 66, 99, 99, 99, 99),
        (24, 26, 56, 99, 99, 99, 99, 99),
        (47, 66, 99, 99, 99, 99, 99, 99),
        (99, 99, 99, 99, 99, 99, 99, 99),
        (99, 99, 99, 99, 99, 99, 99, 99),
        (99, 99, 99, 99, 99, 99, 99, 99),
        (99, 99, 99, 99, 99, 99, 99, 99),
    ),
)
# libjpeg's 65536ths: with these, sums of whole levels are exact in float32.
TO_YCC = ((19595, 38470, 7471), (-11059, -21709, 32768), (32768, -27439, -5329))  # Y, Cb, Cr of R, G, B
TO_RGB = ((0, 91881), (-22554, -46802), (116130, 0))  # what Cb and Cr add to Y for R, G, B
FINE, COARSE = 4 * math.sqrt(8), 8  # libjpeg's steps after one axis and after both; how many make 1
UNIT = 2 * SIDE  # pixels: a block of the halved chroma


def compression(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Compress each image with its drawn quality, as JPEG."""
    return jpeg(images, [values["quality"] for values in drawn])


def jpeg(images: Sequence[Tensor], qualities: Sequence[int]) -> list[Tensor]:
    """Compress each image with its quality, 1 to 100: uint8 or float32 [3, h, w] -> uint8 [3, h, w]."""
    sizes = sizes_of(images)
    luma, chroma = to_ycc(in_whole_blocks(quantize(pack(images)).float(), sizes, UNIT))
    luma_table, chroma_table = quantization_tables(qualities).to(luma.device).unbind(dim=1)
    luma = through_blocks(luma, luma_table)
    small = halves(sizes)
    chroma = double(through_blocks(halve(chroma, small), chroma_table), small)
    return unpack(to_rgb(luma, chroma).to(torch.uint8), sizes)


def quantization_tables(qualities: Sequence[int]) -> Tensor:
    """Qualities 1 to 100 -> the divisors of libjpeg, float32 [B, 2, 8, 8]: for luma and for chroma."""
    quality = torch.tensor(qualities)[:, None, None, None]
    percent = torch.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    return ((torch.tensor(TABLES) * percent + 50) // 100).clamp(1, 255).float()


def through_blocks(planes: Tensor, tables: Tensor) -> Tensor:
    """Quantize the cosines of each block of 8 x 8: levels [B, C, H, W], tables [B, 8, 8] -> levels."""
    cosines = cosine_matrix(planes)
    found = in_steps(cosines @ in_steps(to_blocks(planes) @ cosines.T, FINE), COARSE)
    divisors = tables[:, None, None, None]
    kept = (found.abs() / divisors + 0.5).floor() * found.sign() * divisors
    blocks = in_steps(cosines.T @ kept, FINE) @ cosines
    return rounded(to_planes(blocks)).clamp_(0, 255)


def in_steps(values: Tensor, num: float) -> Tensor:
    """To the nearest whole number of steps, of which ``num`` make 1."""
    return rounded(values * num) / num


def to_ycc(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Whole levels of RGB [B, 3, H, W] -> of luma [B, 1, H, W] and chroma [B, 2, H, W], 128 for grey."""
    ycc = torch.einsum("bchw,yc->byhw", rgb, rgb.new_tensor(TO_YCC) / 65536)
    chroma = (ycc[:, 1:] - 0.5).ceil() + MIDDLE  # halves downwards
    return rounded(ycc[:, :1]), chroma.clamp(0, 255)


def to_rgb(luma: Tensor, chroma: Tensor) -> Tensor:
    """The inverse of ``to_ycc``, but for rounding."""
    added = torch.einsum("bchw,rc->brhw", chroma - MIDDLE, chroma.new_tensor(TO_RGB) / 65536)
    return (luma + rounded(added)).clamp(0, 255)


def halve(planes: Tensor, sizes: Sequence[Size]) -> Tensor:
    """Means of 2 x 2, halves rounded down in even columns and up in odd ones; the last row is repeated."""
    sums = planes.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).sum(dim=(3, 5))
    bias = 1 + torch.arange(sums.shape[3], device=sums.device) % 2
    means = ((sums + bias) / 4).floor()
    height, width = means.shape[2:]
    known = [(rows, width) for rows, _ in sizes]
    return look_up(means, known, span(0, height, means), span(0, width, means), repeated)


def double(planes: Tensor, sizes: Sequence[Size]) -> Tensor:
    """Bilinear interpolation to twice the size: a pixel takes 3/4 of the nearest, on each axis.

    Of two columns or one, libjpeg repeats the pixels instead.
    """
    height, width = planes.shape[2:]
    repeats = planes.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    rows, columns = span(-1, height + 1, planes), span(-1, width + 1, planes)
    planes = look_up(planes, sizes, rows, columns, repeated)
    centre, before, after = planes[:, :, 1:-1], planes[:, :, :-2], planes[:, :, 2:]
    planes = torch.stack([3 * centre + before, 3 * centre + after], dim=3).flatten(2, 3)
    centre, before, after = planes[..., 1:-1], planes[..., :-2], planes[..., 2:]
    sixteenths = torch.stack([3 * centre + before + 8, 3 * centre + after + 7], dim=4).flatten(3, 4)
    is_narrow = numbers([width <= 2 for _, width in sizes], planes).bool()
    return torch.where(is_narrow, repeats, (sixteenths / 16).floor())


def rounded(levels: Tensor) -> Tensor:
    """To the nearest whole number, halves upwards."""
    return (levels + 0.5).floor()
