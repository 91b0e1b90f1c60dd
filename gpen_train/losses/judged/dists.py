"""DISTS between restored and clean: one texture may stand for another of its kind.

Source: Ding et al., arXiv:2004.07728, equations 4 to 6.
"""

from dataclasses import dataclass
from typing import Any

from torch import nn

from gpen_train.feature_nets.dists import VGG16_FILE, load_dists
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast, without_autocast


@dataclass
class Dists(LossBlock):
    """The mean over the batch."""

    name = "dists"
    needs_judge = True

    weights: str | None = None  # torchvision's vgg16-397923af.pth; None: ./weights or torch.hub's cache

    def files_needed(self) -> list[str]:
        return [] if self.weights else [VGG16_FILE]

    def build(self) -> nn.Module:
        return load_dists(self.weights, "losses.dists.weights")

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        made, clean = (upcast(images) / 2 + 0.5 for images in (outcome.made, outcome.clean))
        with without_autocast(made):  # its variances are compared with 1e-6
            return {"dists": self.weight * network(made, clean, require_grad=True).mean()}
