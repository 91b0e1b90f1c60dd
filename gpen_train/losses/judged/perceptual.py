"""Perceptual and style losses: restored and clean should look alike to a network that knows pictures.

Source: Johnson et al., arXiv:1603.08155, section 3.2. As GFPGAN does, arXiv:2101.04061, section 3.4, the
squared distances of that paper are absolute ones here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.bounds import KEY, WEIGHT, bounded
from gpen_train.feature_nets.vgg import VGG19_FILE, layer_names, load_vgg19
from gpen_train.losses.block import LossBlock, Terms, weighted
from gpen_train.losses.judged.layers import check_layers, with_weight
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast, without_autocast

GFPGAN_LAYERS = {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_4": 1.0, "conv4_4": 1.0, "conv5_4": 1.0}


def gram(features: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, C, C]: how channels go together, wherever in the image.

    G[b, c, d] = sum over pixels of f[b, c] * f[b, d], over C * H * W. In float32 at least.
    """
    flat = upcast(features).flatten(2)  # [B, C, H * W]
    with without_autocast(flat):
        return flat @ flat.transpose(1, 2) / (flat.shape[1] * flat.shape[2])


def gram_distance(restored: Tensor, clean: Tensor) -> Tensor:
    """Mean absolute difference of the Gram matrices of two feature maps [B, C, H, W]."""
    return F.l1_loss(gram(restored), gram(clean))


def perceptual_and_style(
    network: Callable[[Tensor], Mapping[str, Tensor]],  # images -> {layer: features}
    layers: Mapping[str, float],  # {layer: weight}
    restored: Tensor,
    clean: Tensor,
) -> dict[str, Tensor]:
    """restored and clean [B, 3, H, W] in [-1, 1]  ->  {"perceptual": .., "style": ..}.

        perceptual = sum over layers l of weight_l * mean |f_l(restored) - f_l(clean)|
        style      = sum over layers l of weight_l * mean |G(f_l(restored)) - G(f_l(clean))|

    ``clean`` is taken as constant.
    """
    ours = network(restored)
    with torch.no_grad():
        theirs = network(clean)
    perceptual, style = [], []
    for layer, weight in layers.items():
        perceptual.append(weight * F.l1_loss(upcast(ours[layer]), upcast(theirs[layer])))
        style.append(weight * gram_distance(ours[layer], theirs[layer]))
    return {"perceptual": torch.stack(perceptual).sum(), "style": torch.stack(style).sum()}


@dataclass
class Perceptual(LossBlock):
    """Distances of VGG-19's features and of their Gram matrices."""

    name = "perceptual"
    needs_judge = True

    weight: float = bounded(WEIGHT, 0.0)  # of the features
    style: float = bounded(WEIGHT, 0.0)  # of the Gram matrices
    layers: dict[str, float] = field(default_factory=GFPGAN_LAYERS.copy, metadata={KEY: WEIGHT})
    weights: str | None = None  # torchvision's vgg19-dcbb9e9d.pth; None: ./weights or torch.hub's cache

    def term_weights(self) -> dict[str, float]:
        return {"perceptual": self.weight, "style": self.style}

    def check(self) -> None:
        check_layers("losses.perceptual.layers", self.layers, layer_names(), self.is_on, "conv3_4")

    def files_needed(self) -> list[str]:
        return [] if self.weights else [VGG19_FILE]

    def build(self) -> nn.Module:
        return load_vgg19(list(with_weight(self.layers)), self.weights)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        values = perceptual_and_style(network, with_weight(self.layers), outcome.made, outcome.clean)
        return weighted(self.term_weights(), values)
