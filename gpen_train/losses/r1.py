"""R1: the discriminator's gradient at clean images should be small.

Source: Mescheder et al., arXiv:1801.04406, equation 9.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpen_train.bounds import WEIGHT, bounded
from gpen_train.losses.block import GradientPenalty, Terms
from gpen_train.losses.outcome import Outcome


def r1(logits: Tensor, images: Tensor) -> Tensor:
    """The mean over the batch of |d logits / d images|^2; multiply by gamma / 2.

    ``images`` [B, 3, H, W] must have required a gradient when ``logits`` [B, 1] were computed from them.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


@dataclass
class R1(GradientPenalty):
    """The term is gamma / 2 * |gradient|^2."""

    name = "r1"
    needs_pairs = False
    penalizes = "discriminator"
    gradient_at = "clean"

    weight: float = bounded(WEIGHT, 10.0)  # gamma

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"r1": self.every * self.weight / 2 * r1(outcome.clean_logits, outcome.clean)}
