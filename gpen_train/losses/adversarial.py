"""The non-saturating logistic loss: the game of the model and its discriminator.

Source: GAN, arXiv:1406.2661, section 3; GPEN, arXiv:2105.06070, equation 2.
"""

from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from gpen_train.bounds import WEIGHT, bounded
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome


def logistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Logits [B, 1] of clean and restored images -> mean of softplus(-real) + softplus(fake)."""
    return F.softplus(-real.float()).mean() + F.softplus(fake.float()).mean()


def logistic_g(fake: Tensor) -> Tensor:
    """Logits [B, 1] of restored images -> mean of softplus(-fake)."""
    return F.softplus(-fake.float()).mean()


@dataclass
class Adversarial(LossBlock):
    """Without a weight the discriminator does not learn; with a later start it is warmed up alone."""

    name = "adversarial"
    needs_pairs = False
    trains_discriminator = True

    weight: float = bounded(WEIGHT, 1.0)  # of the model's term; the discriminator's counts as it is

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"d_adversarial": logistic_d(outcome.clean_logits, outcome.made_logits)}

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"adversarial": self.weight * logistic_g(outcome.made_logits)}
