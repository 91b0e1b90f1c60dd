"""R1: the discriminator's gradient at clean images should be small.

Source: Mescheder et al., arXiv:1801.04406, equation 9; with a gamma that falls: R3GAN, arXiv:2501.05441.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gpen_train.bounds import WEIGHT, bounded
from gpen_train.losses.block import GradientPenalty, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.schedules import Schedule


def squared_gradient(logits: Tensor, images: Tensor) -> Tensor:
    """The mean over the batch of |d logits / d images|^2; multiply by gamma / 2.

    ``images`` [B, 3, H, W] must have required a gradient when ``logits`` [B, 1] were computed from them.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


@dataclass
class AtImages(GradientPenalty):
    """The term is gamma / 2 * |gradient|^2. It does not move the model."""

    needs_pairs = False
    penalizes = "discriminator"

    schedule: Schedule = field(default_factory=Schedule)  # multiplies gamma, which is the weight

    def check(self) -> None:
        self.schedule.check(f"losses.{self.name}.schedule")

    def gamma(self, images_seen: int) -> float:
        """The weight after so many images."""
        return self.weight * self.schedule.factor(images_seen)

    def scheduled(self, images_seen: int) -> dict[str, float]:
        return {f"{self.name}_gamma": self.gamma(images_seen)} if self.schedule.is_on else {}

    def term(self, logits: Tensor, images: Tensor, images_seen: int) -> Terms:
        """As heavy as it has to be in a step that stands for ``every``."""
        return {self.name: self.every * self.gamma(images_seen) / 2 * squared_gradient(logits, images)}


@dataclass
class R1(AtImages):
    """At clean images."""

    name = "r1"
    gradient_at = "clean"

    weight: float = bounded(WEIGHT, 10.0)

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return self.term(outcome.clean_logits, outcome.clean, outcome.images_seen)
