"""Discriminators for the eyes and the mouth, where FFHQ's alignment puts them.

Source: GFPGAN, arXiv:2101.04061, section 3.4, equations 4 and 5.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.bounds import WEIGHT, bounded, whole
from gpen_train.losses.adversarial import logistic_d, logistic_g
from gpen_train.losses.block import LossBlock, Terms, weighted
from gpen_train.losses.judged.perceptual import gram_distance
from gpen_train.losses.outcome import Outcome
from gpen_train.models.component_discriminator import ComponentDiscriminator
from gpen_train.shapes import check_shape


class Box(NamedTuple):
    """A square in an aligned face of 512 px, in its pixels."""

    x: float  # of the centre
    y: float
    side: float


# Centres: the FFHQ five-point template; sides: the patches of GFPGAN's code
BOXES = {
    "left_eye": Box(192.98, 239.95, 80),  # the one at the left of the image
    "right_eye": Box(318.90, 240.19, 80),
    "mouth": Box(257.18, 371.28, 120),
}
SMALLEST = 32  # pixels; smaller patches are enlarged to this
CHANNELS = whole(1, 4096, "a number of channels from 1, such as 64")


def patch_side(box: Box, resolution: int) -> int:
    """Pixels per side of the patch that a discriminator sees: the box's, as a multiple of 4."""
    return max(4 * round(box.side * resolution / 512 / 4), SMALLEST)


def crop(images: Tensor, box: Box) -> Tensor:
    """Aligned faces [B, 3, R, R] -> the box [B, 3, S, S], resampled to ``patch_side`` S where it differs.

    The box is scaled to R and taken in whole pixels.
    """
    check_shape("images", images, None, 3, None, images.shape[2])
    resolution = images.shape[2]
    scale, size = resolution / 512, patch_side(box, resolution)
    side = max(round(box.side * scale), 1)
    left, top = (round(centre * scale - side / 2) for centre in (box.x, box.y))
    patch = images[:, :, top : top + side, left : left + side]
    if side == size:
        return patch
    return F.interpolate(patch, (size, size), mode="bilinear", antialias=True)


class ComponentDiscriminators(nn.Module):
    """One discriminator a component; the losses are sums over the components."""

    def __init__(self, width: int = 64) -> None:  # channels of each one's first convolution
        super().__init__()
        self.parts = nn.ModuleDict({name: ComponentDiscriminator(width) for name in BOXES})

    def with_boxes(self) -> list[tuple[ComponentDiscriminator, Box]]:
        """Each discriminator with the box that it looks at."""
        return [(cast(ComponentDiscriminator, part), BOXES[name]) for name, part in self.parts.items()]

    def discriminator_loss(self, restored: Tensor, clean: Tensor) -> Tensor:
        """Restored (detached) and clean [B, 3, R, R] -> the logistic loss of the discriminators."""
        losses = [
            logistic_d(part(crop(clean, box)), part(crop(restored, box))) for part, box in self.with_boxes()
        ]
        return torch.stack(losses).sum()

    def generator_loss(self, restored: Tensor, clean: Tensor, style: bool = True) -> dict[str, Tensor]:
        """Restored and clean [B, 3, R, R] -> {"components": logistic loss, "components_style": ..}.

        The style is the distance of the Gram matrices of the discriminators' features; ``clean`` is constant.
        """
        verdicts, styles = [], []
        for part, box in self.with_boxes():
            ours = part.features(crop(restored, box))
            verdicts.append(logistic_g(part.judge(ours)))
            if style:
                with torch.no_grad():
                    theirs = part.features(crop(clean, box))
                styles += [gram_distance(*pair) for pair in zip(ours, theirs, strict=True)]
        terms = {"components": torch.stack(verdicts).sum()}
        return terms | ({"components_style": torch.stack(styles).sum()} if style else {})


@dataclass
class Components(LossBlock):
    """Discriminators for the eyes and the mouth of FFHQ-aligned faces; without a weight they are not built.

    Before its start they do not learn either.
    """

    name = "components"

    weight: float = bounded(WEIGHT, 0.0)  # of their verdict
    style: float = bounded(WEIGHT, 0.0)  # of the Gram matrices of their features
    width: int = bounded(CHANNELS, 64)  # channels of their first convolution

    def term_weights(self) -> dict[str, float]:
        return {"components": self.weight, "components_style": self.style}

    def compared(self) -> Collection[str]:
        return ["components_style"]

    def build(self) -> nn.Module:
        return ComponentDiscriminators(self.width)

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"d_components": network.discriminator_loss(outcome.made, outcome.clean)}

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        values = network.generator_loss(outcome.made, outcome.clean, self.style > 0)
        return weighted(self.term_weights(), values)
