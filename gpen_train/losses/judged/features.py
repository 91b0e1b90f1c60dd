"""Features of a network that a package brings: restored and clean should look alike to it at every pixel.

Source: LPIPS, arXiv:1801.03924, equation 1, without the linear layers, which are fitted to other networks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.bounds import KEY, WEIGHT, bounded, whole
from gpen_train.feature_nets.efficientnet_lite import LAYERS, check_net, load_efficientnet_lite
from gpen_train.images import resample
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.judged.layers import check_layers, with_weight
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast

SIDE = whole(32, 4096, "a number of pixels from 32, such as 128")


def unit_distance(restored: Tensor, clean: Tensor) -> Tensor:
    """Maps [B, C, H, W] twice -> [B], from 0 to 4: the mean over the pixels of |r / |r| - c / |c||^2.

    The lengths are over the channels of a pixel.
    """
    ours, theirs = (F.normalize(upcast(maps), dim=1, eps=1e-6) for maps in (restored, clean))
    return (ours - theirs).square().sum(dim=1).mean(dim=(1, 2))


def feature_distance(
    network: Callable[[Tensor], Mapping[str, Tensor]],  # images -> {layer: features}
    layers: Mapping[str, float],  # {layer: weight}
    restored: Tensor,
    clean: Tensor,
    side: int | None = None,  # pixels to which the images are resampled before; None: as they are
) -> Tensor:
    """Images [B, 3, H, W] in [-1, 1] twice -> [B]: the sum over the layers of weight * ``unit_distance``.

    ``clean`` is taken as constant.
    """
    ours = network(restored if side is None else resample(restored, side))
    with torch.no_grad():
        theirs = network((clean if side is None else resample(clean, side)).detach())
    return torch.stack([w * unit_distance(ours[layer], theirs[layer]) for layer, w in layers.items()]).sum(0)


@dataclass
class Features(LossBlock):
    """Distance of EfficientNet-Lite's features, which learned from photographs of everything."""

    name = "features"
    needs_judge = True

    net: str = "lite1"  # "lite0", "lite1" or "lite2"
    side: int | None = bounded(SIDE, None)  # pixels at which it looks; None: those of the images
    layers: dict[str, float] = field(
        default_factory=lambda: {"stage1": 1.0, "stage2": 1.0, "stage3": 1.0, "stage5": 1.0},
        metadata={KEY: WEIGHT},
    )
    weights: str | None = None  # the .pth file; None: the package's, ./weights or torch.hub's cache

    def check(self) -> None:
        check_net(self.net, "losses.features.net")
        check_layers("losses.features.layers", self.layers, LAYERS, self.is_on, "stage3")

    def build(self) -> nn.Module:
        return load_efficientnet_lite(self.net, list(with_weight(self.layers)), self.weights)

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        distances = feature_distance(
            network, with_weight(self.layers), outcome.made, outcome.clean, self.side
        )
        return {"features": self.weight * distances.mean()}
