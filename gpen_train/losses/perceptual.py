"""Perceptual and style losses: restored and clean should look alike to a network that knows pictures.

Source: Johnson et al., arXiv:1603.08155, section 3.2. As GFPGAN does, arXiv:2101.04061, section 3.4, the
squared distances of that paper are absolute ones here.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models.precision import upcast, without_autocast


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


class PerceptualLoss(nn.Module):
    """restored and clean [B, 3, H, W] in [-1, 1]  ->  {"perceptual": .., "style": ..}.

        perceptual = sum over layers l of weight_l * mean |f_l(restored) - f_l(clean)|
        style      = sum over layers l of weight_l * mean |G(f_l(restored)) - G(f_l(clean))|

    ``network`` gives {layer: features}; ``layers`` gives {layer: weight}. ``clean`` is taken as constant.
    """

    def __init__(self, network: nn.Module, layers: Mapping[str, float]) -> None:
        super().__init__()
        self.network, self.layers = network, dict(layers)

    def forward(self, restored: Tensor, clean: Tensor) -> dict[str, Tensor]:
        ours = self.network(restored)
        with torch.no_grad():
            theirs = self.network(clean)
        perceptual, style = [], []
        for layer, weight in self.layers.items():
            perceptual.append(weight * F.l1_loss(upcast(ours[layer]), upcast(theirs[layer])))
            style.append(weight * gram_distance(ours[layer], theirs[layer]))
        return {"perceptual": torch.stack(perceptual).sum(), "style": torch.stack(style).sum()}
