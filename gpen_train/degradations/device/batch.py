"""Images of several sizes as one tensor: each in the top left corner, with nothing of meaning beyond.

As on the CPU, an image is in whole grey levels (uint8) or not (float32); here it is planar, [3, h, w].
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Size = tuple[int, int]  # height and width, pixels
# Places [N] or [B, N], lengths [B, 1] -> places from 0 to before the length, [B, N]
Border = Callable[[Tensor, Tensor], Tensor]


def sizes_of(images: Sequence[Tensor]) -> list[Size]:
    """Height and width of each image."""
    return [(image.shape[1], image.shape[2]) for image in images]


def pack(images: Sequence[Tensor]) -> Tensor:
    """Images [C, h, w] of any sizes -> float32 [B, C, H, W] of the largest height and width."""
    height, width = (max(sides) for sides in zip(*sizes_of(images), strict=True))
    levels = torch.zeros((len(images), len(images[0]), height, width), device=images[0].device)
    for place, image in zip(levels, images, strict=True):
        place[:, : image.shape[1], : image.shape[2]] = image
    return levels


def unpack(levels: Tensor, sizes: Sequence[Size], like: Sequence[Tensor] = ()) -> list[Tensor]:
    """Cut the images out of [B, C, H, W]: in whole grey levels where those of ``like`` are."""
    is_whole = [image.dtype == torch.uint8 for image in like] or [False] * len(sizes)
    rounded = quantize(levels) if any(is_whole) else levels
    return [
        (rounded if whole else levels)[number, :, :height, :width]
        for number, ((height, width), whole) in enumerate(zip(sizes, is_whole, strict=True))
    ]


def quantize(levels: Tensor) -> Tensor:
    """Round to whole grey levels and clip to 0 to 255: float32 -> uint8; uint8 as it is."""
    return levels if levels.dtype == torch.uint8 else levels.round().clamp_(0, 255).to(torch.uint8)


def numbers(values: Sequence[Any], like: Tensor) -> Tensor:
    """A number for each image -> float32 [B, 1, 1, 1] on the device of ``like``."""
    return torch.tensor(values, dtype=torch.float32, device=like.device)[:, None, None, None]


def look_up(levels: Tensor, sizes: Sequence[Size], rows: Tensor, columns: Tensor, border: Border) -> Tensor:
    """The pixels at some places, and what ``border`` makes of places outside of an image.

    levels [B, C, H, W], rows [M] or [B, M], columns [N] or [B, N]  ->  [B, C, M, N]
    """
    channels, width = levels.shape[1], levels.shape[3]
    heights, widths = torch.tensor(sizes, device=levels.device).T[:, :, None]  # [B, 1] each
    down, across = border(rows, heights), border(columns, widths)  # [B, M], [B, N]
    levels = levels.gather(2, down[:, None, :, None].expand(-1, channels, -1, width))
    return levels.gather(3, across[:, None, None, :].expand(-1, channels, down.shape[1], -1))


def span(start: int, stop: int, like: Tensor) -> Tensor:
    """The places from ``start`` to before ``stop``, on the device of ``like``."""
    return torch.arange(start, stop, device=like.device)


def mirrored(place: Tensor, length: Tensor) -> Tensor:
    """A border beyond which the image goes on mirrored at its outermost pixels, as often as it takes."""
    period = (2 * length - 2).clamp(min=1)
    place = place.abs() % period
    return torch.minimum(place, period - place)


def doubled(place: Tensor, length: Tensor) -> Tensor:
    """As ``mirrored``, but at the edge, so that the outermost pixels come twice."""
    place = place % (2 * length)
    return torch.minimum(place, 2 * length - 1 - place)


def repeated(place: Tensor, length: Tensor) -> Tensor:
    """A border beyond which the outermost pixels are repeated."""
    return torch.minimum(place.clamp(min=0), length - 1)


def groups(keys: Sequence[Any]) -> dict[Any, list[int]]:
    """Where each key stands."""
    found: dict[Any, list[int]] = {}
    for number, key in enumerate(keys):
        found.setdefault(key, []).append(number)
    return found
