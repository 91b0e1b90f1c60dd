"""Weights placed into larger ones so that the function stays the same.

A convolution keeps its output when the input channels that are added to it have weight zero. What it gives
in added output channels is of no effect while the next layer's weights for them are zero in turn, and those
learn at once, as their inputs are not zero.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


@torch.no_grad()
def place_weight(new: Tensor, old: Tensor, columns: Sequence[int]) -> None:
    """Put an equalized weight [O, I, ..] into one of [O', I', ..]: the first rows, ``columns`` [I] of I'.

    The other columns of those rows become zero; the other rows stay as they are. Equalized layers divide
    by sqrt(I) at run time, so the values are scaled by sqrt(I' / I).
    """
    rows = len(old)
    new[:rows] = 0
    new[:rows, list(columns)] = old * math.sqrt(new.shape[1] / old.shape[1])


@torch.no_grad()
def place_entries(new: Tensor, old: Tensor, entries: Sequence[int]) -> None:
    """Put ``old`` [N, ..] at ``entries`` [N] of the first dimension of ``new``; the rest stays as it is."""
    new[list(entries)] = old
