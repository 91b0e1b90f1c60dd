"""Path length: a step in w should move the image by the same amount everywhere.

Source: StyleGAN2, arXiv:1912.04958, section 3.2, equation 4, and appendix B.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.bounds import Bounds, bounded, whole
from gpen_train.losses.block import EVERY, GradientPenalty, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import without_autocast

PARTS = whole(1, 1024, "a number of parts from 1, such as 2")
DECAY = Bounds(1e-6, 1, "a share above 0, such as 0.01")


def path_length(images: Tensor, w: Tensor, directions: Tensor) -> Tensor:
    """Lengths [B] of the gradient of images [B, 3, H, W] to w along random images: |J^T y|.

    y are the ``directions``, normal noise like ``images``, divided by sqrt(H * W), so that the length does
    not depend on the resolution. w is [B, D], or [B, L, D] with one for each layer: then it is the root mean
    square of the L lengths. It must have required a gradient when ``images`` were computed from it.
    """
    noise = directions / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
    squares = gradient.square().sum(dim=-1).reshape(len(w), -1).mean(dim=1)  # [B]
    return (squares + 1e-8).sqrt()


def path_penalty(lengths: Tensor, mean: Tensor) -> Tensor:
    """Lengths [B] and the constant they should have -> the mean squared deviation.

    The constant is the running mean before this step, so that it is one number for all parts and devices of a
    step; the released codes of StyleGAN2 take it a hundredth further, with this step's lengths in it.
    """
    return (lengths - mean.detach()).square().mean()


class PathLengthMean(nn.Module):
    """The running mean of the path lengths, in a buffer so that checkpoints hold it; it starts at 0."""

    mean: Tensor

    def __init__(self, decay: float = 0.01) -> None:  # the share of a new mean
        super().__init__()
        self.decay = decay
        self.noted: list[Tensor] = []  # the mean lengths of the parts of this step
        self.register_buffer("mean", torch.zeros(()))

    @torch.no_grad()
    def update(self, lengths: Tensor) -> Tensor:
        """Take in a step's lengths [B], or their mean over all devices -> the new mean, a copy.

        Lengths that are not finite, of a step that is skipped anyway, leave the mean as it is.
        """
        latest = lengths.mean().to(self.mean)
        self.mean.lerp_(torch.where(latest.isfinite(), latest, self.mean), self.decay)
        return self.mean.clone()


@dataclass
class PathLength(GradientPenalty):
    """Of the model. It is computed in full precision, on images that are made once more."""

    name = "path_length"
    needs_pairs = False
    penalizes = "model"

    every: int = bounded(EVERY, 4)  # steps
    decay: float = bounded(DECAY, 0.01)  # of the running mean
    shrink: int = bounded(PARTS, 2)  # it is computed on the batch divided by this

    def build(self) -> nn.Module:
        return PathLengthMean(self.decay)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        with without_autocast(outcome.clean):
            path = outcome.path(max(1, len(outcome.clean) // self.shrink))
            lengths = path_length(*path)
            penalty = path_penalty(lengths, network.mean)
        network.noted.append(lengths.detach().mean())
        return {"path_length": self.every * self.weight * penalty}

    def after_step(self, network: Any, averaged: Callable[[Tensor], Tensor]) -> None:
        """The mean follows the step."""
        if network.noted:
            network.update(averaged(torch.stack(network.noted).mean()))
            network.noted.clear()
