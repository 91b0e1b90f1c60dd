"""Random brightness, contrast, luma flip, hue and saturation, composed into one affine map a sample.

Source: ADA, arXiv:2006.06676, appendix B, algorithm 1.
"""

import math

import torch
from torch import Tensor

from gpen_train.models.precision import without_autocast
from gpen_train.training.ada.chance import Chance
from gpen_train.training.ada.matrices import matrices, product

BRIGHTNESS = 0.2  # added to values in [-1, 1], standard deviation
CONTRAST = 0.5  # octaves
SATURATION = 1.0  # octaves


def draw_colours(chance: Chance) -> tuple[Tensor, Tensor]:
    """Maps [num, 4, 4] of homogeneous RGB in [-1, 1], and which samples they change: bool [num]."""
    brightened = chance.happens()
    added = chance.normal(BRIGHTNESS) * brightened
    colours = matrices([[1, 0, 0, added], [0, 1, 0, added], [0, 0, 1, added], [0, 0, 0, 1]], added)

    contrasted = chance.happens()
    factor = torch.where(contrasted, chance.factor(CONTRAST), 1.0)
    colours = product(along_and_across(factor, factor), colours)

    flipped = chance.happens() & (chance.whole(2) == 1)
    colours = product(along_and_across(1 - 2 * flipped.float(), torch.ones_like(factor)), colours)

    turned = chance.happens()
    colours = product(hue(chance.uniform(-math.pi, math.pi) * turned), colours)

    saturated = chance.happens()
    factor = torch.where(saturated, chance.factor(SATURATION), 1.0)
    colours = product(along_and_across(torch.ones_like(factor), factor), colours)
    return colours, brightened | contrasted | flipped | turned | saturated


def along_and_across(luma: Tensor, chroma: Tensor) -> Tensor:
    """Factors [num] along the grey axis (1, 1, 1) and across it -> [num, 4, 4]."""
    same, other = (luma + 2 * chroma) / 3, (luma - chroma) / 3
    return matrices(
        [[same, other, other, 0], [other, same, other, 0], [other, other, same, 0], [0, 0, 0, 1]], luma
    )


def hue(angle: Tensor) -> Tensor:
    """Rotations by angles [num] in radians about the grey axis, red towards green -> [num, 4, 4].

    Rodrigues' formula with the axis (1, 1, 1) / sqrt(3).
    """
    cosine, sine = angle.cos(), angle.sin() / math.sqrt(3)
    third = (1 - cosine) / 3
    a, b, c = cosine + third, third - sine, third + sine
    return matrices([[a, b, c, 0], [c, a, b, 0], [b, c, a, 0], [0, 0, 0, 1]], angle)


def recolour(images: Tensor, colours: Tensor) -> Tensor:
    """Images [B, 3, H, W] under the maps [B, 4, 4] -> [B, 3, H, W]."""
    colours = colours.to(images)
    with without_autocast(images):
        mixed = colours[:, :3, :3] @ images.flatten(2)  # [B, 3, H * W]
    return (mixed + colours[:, :3, 3:]).reshape(images.shape)
