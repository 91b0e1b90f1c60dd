"""The game of the model and its discriminator: logistic, each image by itself, or relativistic, in pairs."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.bounds import WEIGHT, Bounds, bounded, one_of
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast
from gpen_train.shapes import check_shape

ABOVE_0 = Bounds(0, 1e9, "more than 0, such as 1", is_open=True)
KINDS = ("logistic", "relativistic")


def logistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Logits [B, 1] of clean and restored images -> mean of softplus(-real) + softplus(fake).

    Source: GAN, arXiv:1406.2661, section 3; GPEN, arXiv:2105.06070, equation 2.
    """
    return F.softplus(-upcast(real)).mean() + F.softplus(upcast(fake)).mean()


def logistic_g(fake: Tensor) -> Tensor:
    """Logits [B, 1] of restored images -> mean of softplus(-fake): the non-saturating form."""
    return F.softplus(-upcast(fake)).mean()


def relativistic(better: Tensor, worse: Tensor) -> Tensor:
    """Logits [B, 1] twice -> mean of softplus(-(better - worse)), sample by sample.

    The discriminator descends it with clean images as the better ones and the model with its own; image i
    is compared with the clean image of the same pair, never with another's.

    Source: R3GAN, arXiv:2501.05441, equation 2, with f(t) = -log(1 + exp(-t)) in its non-saturating form;
    relativistic GAN, arXiv:1807.00734, section 4.
    """
    check_shape("worse", worse, *better.shape)
    return F.softplus(upcast(worse) - upcast(better)).mean()


@dataclass
class Adversarial(LossBlock):
    """Without a weight the discriminator does not learn; with a later start it is warmed up alone."""

    name = "adversarial"
    needs_pairs = False
    trains_discriminator = True

    weight: float = bounded(WEIGHT, 1.0)  # of the model's term; the discriminator's counts as it is
    kind: str = one_of(KINDS, "logistic")
    adaptive: bool = False  # whether ``weight`` is multiplied by that of losses/adaptive.py
    adaptive_most: float = bounded(ABOVE_0, 1e4)  # of the adaptive weight

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        loss = relativistic if self.kind == "relativistic" else logistic_d
        return {"d_adversarial": loss(outcome.clean_logits, outcome.made_logits)}

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        if self.kind == "logistic":
            return {"adversarial": self.weight * logistic_g(outcome.made_logits)}
        with torch.no_grad():  # the model does not move it
            clean_logits = outcome.clean_logits
        return {"adversarial": self.weight * relativistic(outcome.made_logits, clean_logits)}

    def confidence(self, outcome: Outcome) -> Tensor:
        """Of a pair alone the difference means something: a constant on all logits changes no loss."""
        if self.kind == "relativistic":
            return outcome.clean_logits - outcome.made_logits
        return super().confidence(outcome)
