"""R1: the discriminator's gradient at clean images should be small.

Source: Mescheder et al., arXiv:1801.04406, equation 9.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gpen_train.bounds import WEIGHT, bounded
from gpen_train.losses.block import GradientPenalty, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.schedules import Schedule


def r1(logits: Tensor, clean: Tensor) -> Tensor:
    """The mean over the batch of |d logits / d clean|^2; multiply by gamma / 2.

    ``clean`` [B, 3, H, W] must have required a gradient when ``logits`` [B, 1] were computed from it.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), clean, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


@dataclass
class R1(GradientPenalty):
    """The term is gamma / 2 * |gradient|^2."""

    name = "r1"
    needs_pairs = False
    penalizes = "discriminator"

    weight: float = bounded(WEIGHT, 10.0)  # gamma, which ``schedule`` multiplies
    schedule: Schedule = field(default_factory=Schedule)

    def check(self) -> None:
        self.schedule.check("losses.r1.schedule")

    def gamma(self, images_seen: int) -> float:
        """The weight after so many images."""
        return self.weight * self.schedule.factor(images_seen)

    def scheduled(self, images_seen: int) -> dict[str, float]:
        return {"r1_gamma": self.gamma(images_seen)} if self.schedule.is_on else {}

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        gamma = self.gamma(outcome.images_seen)
        return {"r1": self.every * gamma / 2 * r1(outcome.clean_logits, outcome.clean)}
