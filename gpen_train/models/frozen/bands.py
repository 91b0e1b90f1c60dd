"""Large maps in bands of rows: what a layer needs on the way fits into memory that the next band uses again.

Fresh memory for a whole map costs more time than the arithmetic on it, and bands stay in the cache.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

BAND = 2**22  # numbers in a band's maps: 16 MiB, which malloc hands out again without asking the kernel


def bands(x: Tensor, out: Tensor) -> Iterator[tuple[int, int]]:
    """The rows [start, stop), both even, of ``out`` that are computed at once from ``x``; on a GPU, all."""
    height = out.shape[2]
    pairs = BAND * height // (2 * max(x.numel(), out.numel()))
    rows = 2 * max(pairs, 1) if x.device.type == "cpu" else height
    for start in range(0, height, rows):
        yield start, min(start + rows, height)


def rows_of(x: Tensor, start: int, stop: int) -> Tensor:
    """The rows [start, stop) of ``x`` [B, C, H, W]; zeros beyond the border."""
    height = x.shape[2]
    inside = x[:, :, max(start, 0) : min(stop, height)]
    beyond = (max(-start, 0), max(stop - height, 0))
    return F.pad(inside, (0, 0, *beyond)) if any(beyond) else inside


def empty_map(like: Tensor, channels: int, height: int, width: int) -> Tensor:
    """An output [B, C, H, W] to write into."""
    shape = (len(like), channels, height, width)
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)
