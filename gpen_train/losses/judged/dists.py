"""DISTS between restored and clean: one texture may stand for another of its kind.

    DISTS = 1 - sum over channels c of alpha_c * l_c + beta_c * s_c

over the image's and VGG-16's channels, with weights that sum to 1. l compares the means of a channel over its
pixels, (2 m n + e) / (m^2 + n^2 + e), s their variation, (2 cov + e) / (var + var' + e); e is 1e-6. Source:
Ding et al., arXiv:2004.07728.
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
    """The mean over the batch, of images [B, 3, H, W] that are brought from [-1, 1] to [0, 1]."""

    name = "dists"
    needs_judge = True

    weights: str | None = None  # torchvision's vgg16-397923af.pth; None: ./weights or torch.hub's cache

    def files_needed(self) -> list[str]:
        return [] if self.weights else [VGG16_FILE]

    def build(self) -> nn.Module:
        return load_dists(self.weights, "losses.dists.weights")

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        made, clean = (upcast(images) / 2 + 0.5 for images in (outcome.made, outcome.clean))
        with without_autocast(made):  # whose rounding is above e
            return {"dists": self.weight * network(made, clean, require_grad=True).mean()}
