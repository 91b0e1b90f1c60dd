"""Penalties that keep the game between generator and discriminator stable."""

import math

import torch
from torch import Tensor, nn


def r1(logits: Tensor, clean: Tensor) -> Tensor:
    """The mean over the batch of |d logits / d clean|^2; multiply by gamma / 2.

    ``clean`` [B, 3, H, W] must have required a gradient when ``logits`` [B, 1] were computed from it.

    Source: Mescheder et al., arXiv:1801.04406, equation 9.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), clean, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


def path_length(images: Tensor, w: Tensor, directions: Tensor) -> Tensor:
    """Lengths [B] of the gradient of images [B, 3, H, W] to w along random images: |J^T y|.

    y are the ``directions``, normal noise like ``images``, divided by sqrt(H * W), so that the length does
    not depend on the resolution. w is [B, D], or [B, L, D] with one for each layer: then it is the root mean
    square of the L lengths. It must have required a gradient when ``images`` were computed from it.

    Source: StyleGAN2, arXiv:1912.04958, section 3.2 and appendix B.
    """
    noise = directions / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
    squares = gradient.square().sum(dim=-1).reshape(len(w), -1).mean(dim=1)  # [B]
    return (squares + 1e-8).sqrt()


def path_penalty(lengths: Tensor, mean: Tensor) -> Tensor:
    """Lengths [B] and the constant they should have -> the mean squared deviation.

    Source: StyleGAN2, arXiv:1912.04958, equation 4.
    """
    return (lengths - mean.detach()).square().mean()


class PathLengthMean(nn.Module):
    """The running mean of the path lengths, in a buffer so that checkpoints hold it; it starts at 0."""

    mean: Tensor

    def __init__(self, decay: float = 0.01) -> None:  # the share of a new mean
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros(()))

    @torch.no_grad()
    def update(self, lengths: Tensor) -> Tensor:
        """Take in a step's lengths [B], or their mean over all devices -> the new mean, a copy.

        Lengths that are not finite, of a step that is skipped anyway, leave the mean as it is.
        """
        latest = lengths.mean().to(self.mean)
        self.mean.lerp_(torch.where(latest.isfinite(), latest, self.mean), self.decay)
        return self.mean.clone()
