"""Scratches on the device; the lines themselves are drawn on the CPU, which is quicker at lines."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import (
    Size,
    look_up,
    mirrored,
    pack,
    quantize,
    sizes_of,
    span,
    unpack,
)
from gpen_train.degradations.device.paper import clouds
from gpen_train.degradations.scratches import BARE, DIRT, strokes

SOFTENING = (0.25, 0.5, 0.25)


def scratches(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Lay dust, scratches and creases over each image: uint8 or float32 [3, h, w] -> uint8."""
    sizes = sizes_of(images)
    jobs = zip(images, sizes, drawn, strict=True)
    levels, covers = quantize(pack(images)).float(), pack([cover(*job) for job in jobs])
    for colour, mask in zip((BARE, DIRT), covers.split(1, dim=1), strict=True):
        levels = levels + mask * (levels.new_tensor(colour)[:, None, None] - levels)
    return unpack(quantize(levels), sizes)


def cover(image: Tensor, size: Size, drawn: dict[str, Any]) -> Tensor:
    """How much bare paper and dirt cover each pixel of an image: float32 [2, h, w], 0 to 1."""
    lines = torch.from_numpy(strokes(size, **drawn)).to(image.device)
    torn = (0.75 + 0.5 * clouds(*size, drawn["flake"], drawn["seed"], image.device)).clamp(0, 1)
    return soft(lines[None].float() / 255, size)[0] * torn


def soft(masks: Tensor, size: Size) -> Tensor:
    """Blur [1, 2, h, w] with (1, 2, 1) / 4 on both axes."""
    rows, columns = span(-1, size[0] + 1, masks), span(-1, size[1] + 1, masks)
    wide = look_up(masks, [size], rows, columns, mirrored)
    before, centre, after = SOFTENING
    wide = before * wide[:, :, :-2] + centre * wide[:, :, 1:-1] + after * wide[:, :, 2:]
    return before * wide[..., :-2] + centre * wide[..., 1:-1] + after * wide[..., 2:]
