"""Batches of small matrices.

Products are sums of products, elementwise: neither autocast nor TF32 rounds them, as they would ``@``, and
an image of 1024 px has no half pixel to spare.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def matrices(rows: Sequence[Sequence[Tensor | float]], like: Tensor) -> Tensor:
    """Rows of numbers and of tensors [B] -> [B, R, C]; ``like`` [B] gives device, type and B."""
    return torch.stack(
        [torch.stack([torch.zeros_like(like) + entry for entry in row], dim=-1) for row in rows], dim=-2
    )


def product(a: Tensor, b: Tensor) -> Tensor:
    """[B, R, K] times [B, K, C] -> [B, R, C]."""
    return (a[:, :, :, None] * b[:, None, :, :]).sum(dim=2)


def rotation(angle: Tensor) -> Tensor:
    """Angles [B] in radians -> [B, 3, 3] for homogeneous coordinates: x towards y."""
    cosine, sine = angle.cos(), angle.sin()
    return matrices([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], angle)


def scaling(x: Tensor, y: Tensor) -> Tensor:
    """Factors [B] along the axes -> [B, 3, 3]."""
    return matrices([[x, 0, 0], [0, y, 0], [0, 0, 1]], x)


def shift(x: Tensor, y: Tensor) -> Tensor:
    """Translations [B] along the axes -> [B, 3, 3]."""
    return matrices([[1, 0, x], [0, 1, y], [0, 0, 1]], x)
