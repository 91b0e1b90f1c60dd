"""Where pixels lie, on the device: a shift of the image, and interlacing."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import (
    doubled,
    look_up,
    numbers,
    pack,
    repeated,
    sizes_of,
    span,
    unpack,
)


def shift(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Move each image by its drawn number of pixels; what comes in is mirrored. uint8 stays uint8."""
    levels, sizes = pack(images), sizes_of(images)
    down, right = (
        torch.tensor([values[name] for values in drawn], device=levels.device)[:, None]
        for name in ("down", "right")
    )
    height, width = levels.shape[2:]
    rows, columns = span(0, height, levels) - down, span(0, width, levels) - right
    return unpack(look_up(levels, sizes, rows, columns, doubled), sizes, images)


def interlacing(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Move the odd rows sideways, or show the even ones in their place; uint8 stays uint8."""
    levels, sizes = pack(images), sizes_of(images)
    rows, columns = (span(0, side, levels) for side in levels.shape[2:])
    is_single = numbers([values["single"] for values in drawn], levels).bool()
    single = levels[:, :, rows - rows % 2]
    motions = [values["motion"] * width for values, (_, width) in zip(drawn, sizes, strict=True)]
    start = columns - torch.tensor(motions, device=levels.device)[:, None]  # [B, W]
    near = start.floor()
    share = (start - near)[:, None, None]
    left, right = (look_up(levels, sizes, rows, (near + n).long(), repeated) for n in (0, 1))
    woven = torch.where((rows % 2 == 1)[:, None], left + share * (right - left), levels)
    return unpack(torch.where(is_single, single, woven), sizes, images)
