"""Identity: restored and clean should be the same person to a network that recognises faces.

Source: ArcFace, arXiv:1801.07698, for the features; pSp, arXiv:2008.00951, equation 5, for the loss.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.feature_nets.arcface import ARCFACE_FILE, crop_face, load_arcface
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome


def identity(restored: Tensor, clean: Tensor) -> Tensor:
    """Features [B, D] of length 1, twice -> the mean over the batch of 1 - cosine, from 0 to 2."""
    return 1 - (restored * clean).sum(dim=1).mean()


def identity_of_faces(network: Callable[[Tensor], Tensor], restored: Tensor, clean: Tensor) -> Tensor:
    """FFHQ crops [B, 3, R, R] in [-1, 1], twice -> the identity loss; ``clean`` is taken as constant.

    ``network`` takes faces [B, 3, 112, 112] to features [B, D] of length 1.
    """
    with torch.no_grad():
        wanted = network(crop_face(clean))
    return identity(network(crop_face(restored)), wanted)


@dataclass
class Identity(LossBlock):
    """1 - cosine of IR-SE50's features."""

    name = "identity"
    needs_judge = True

    weights: str | None = None  # model_ir_se50.pth; None: ./weights or torch.hub's cache

    def files_needed(self) -> list[str]:
        return [] if self.weights else [ARCFACE_FILE]

    def build(self) -> nn.Module:
        return load_arcface(self.weights)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"identity": self.weight * identity_of_faces(network, outcome.made, outcome.clean)}
