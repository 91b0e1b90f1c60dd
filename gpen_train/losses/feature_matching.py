"""Feature matching: restored and clean should look alike to the discriminator's layers.

Source: pix2pixHD, arXiv:1711.11585, equation 4; GPEN, arXiv:2105.06070, equation 4.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.bounds import WEIGHT, bounded
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast


def feature_matching(restored: list[Tensor], clean: list[Tensor]) -> Tensor:
    """The sum over the layers of the mean absolute difference; ``clean`` is taken as constant."""
    distances = [
        F.l1_loss(upcast(ours), upcast(theirs.detach())) for ours, theirs in zip(restored, clean, strict=True)
    ]
    return torch.stack(distances).sum()


@dataclass
class FeatureMatching(LossBlock):
    """On the maps after each block of the discriminator."""

    name = "feature_matching"
    needs_features = True

    weight: float = bounded(WEIGHT, 0.02)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        distance = feature_matching(outcome.made_features, outcome.clean_features)
        return {"feature_matching": self.weight * distance}
