"""LPIPS between restored and clean: a distance that was fitted to what people see.

Source: Zhang et al., arXiv:1801.03924, equation 1.
"""

from dataclasses import dataclass
from typing import Any

from torch import nn

from gpen_train.bounds import one_of
from gpen_train.feature_nets.lpips_net import BACKBONE_FILES, load_lpips
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome


@dataclass
class Lpips(LossBlock):
    """The mean over the batch."""

    name = "lpips"
    needs_judge = True

    net: str = one_of(BACKBONE_FILES, "vgg")
    weights: str | None = None  # file of torchvision's backbone; None: ./weights or torch.hub's cache

    def files_needed(self) -> list[str]:
        return [] if self.weights else [BACKBONE_FILES[self.net]]

    def build(self) -> nn.Module:
        return load_lpips(self.net, self.weights)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"lpips": self.weight * network(outcome.made, outcome.clean).mean()}
