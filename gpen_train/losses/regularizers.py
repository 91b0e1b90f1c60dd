"""Penalties that keep the game between generator and discriminator stable."""

import torch
from torch import Tensor


def r1(logits: Tensor, clean: Tensor) -> Tensor:
    """The mean over the batch of |d logits / d clean|^2; multiply by gamma / 2.

    ``clean`` [B, 3, H, W] must have required a gradient when ``logits`` [B, 1] were computed from it.

    Source: Mescheder et al., arXiv:1801.04406, equation 9.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), clean, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()
