"""R2: the discriminator's gradient at restored images should be small, as R1 has it at clean ones.

Source: Mescheder et al., arXiv:1801.04406, equation 10; together with R1: R3GAN, arXiv:2501.05441, section 2.
"""

from dataclasses import dataclass
from typing import Any

from gpen_train.losses.block import Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.losses.r1 import AtImages


@dataclass
class R2(AtImages):
    """At restored images, or those that a prior has drawn."""

    name = "r2"
    gradient_at = "made"

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return self.term(outcome.made_logits, outcome.made, outcome.images_seen)
