"""R2: the discriminator's gradient at restored images should be small, as R1 has it at clean ones.

Source: Mescheder et al., arXiv:1801.04406, equation 10; together with R1: R3GAN, arXiv:2501.05441, section 2.
"""

from dataclasses import dataclass
from typing import Any

from gpen_train.losses.block import GradientPenalty, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.losses.r1 import r1


@dataclass
class R2(GradientPenalty):
    """The term is gamma / 2 * |gradient|^2; ``weight`` is gamma. It does not move the model."""

    name = "r2"
    needs_pairs = False
    penalizes = "discriminator"
    gradient_at = "made"

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"r2": self.every * self.weight / 2 * r1(outcome.made_logits, outcome.made)}
