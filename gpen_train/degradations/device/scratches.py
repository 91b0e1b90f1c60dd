"""Scratches on the device; the lines themselves are drawn on the CPU, which is quicker at lines."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.device.batch import look_up, mirrored, pack, sizes_of, span, unpack
from gpen_train.degradations.device.paper import clouds
from gpen_train.degradations.scratches import BARE, DIRT, strokes

SOFTENING = (0.25, 0.5, 0.25)


def scratches(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Lay dust, scratches and creases over each image: uint8 or float32 [3, h, w] -> float32."""
    sizes = sizes_of(images)
    jobs = zip(sizes, drawn, images, strict=True)
    levels, covers = pack(images), pack([cover(size, values, image) for size, values, image in jobs])
    for colour, mask in zip((BARE, DIRT), covers.split(1, dim=1), strict=True):
        levels = levels + mask * (levels.new_tensor(colour)[:, None, None] - levels)
    return unpack(levels, sizes)


def cover(size: tuple[int, int], drawn: dict[str, Any], like: Tensor) -> Tensor:
    """How much bare paper and dirt cover each pixel: float32 [2, h, w], 0 to 1."""
    lines = torch.from_numpy(strokes(size, **drawn)).to(like.device)
    hold = (0.75 + 0.5 * clouds(*size, drawn["flake"], drawn["seed"], like.device)).clamp(0, 1)
    return soft(lines[None].float() / 255, size)[0] * hold


def soft(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Blur [1, 2, h, w] with (1, 2, 1) / 4 on both axes."""
    rows, columns = span(-1, size[0] + 1, masks), span(-1, size[1] + 1, masks)
    wide = look_up(masks, [size], rows, columns, mirrored)
    before, centre, after = SOFTENING
    wide = before * wide[:, :, :-2] + centre * wide[:, :, 1:-1] + after * wide[:, :, 2:]
    return before * wide[..., :-2] + centre * wide[..., 1:-1] + after * wide[..., 2:]
