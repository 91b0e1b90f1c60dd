"""Random flips, turns, scalings, rotations and shifts, composed into one affine map a sample.

Coordinates are normalised: x to the right and y down, -1 and 1 are the outer edges of the image.

Source: ADA, arXiv:2006.06676, appendix B, algorithm 1.
"""

import math

import torch
from torch import Tensor

from gpen_train.training.ada.chance import Chance
from gpen_train.training.ada.matrices import matrices, product, rotation, scaling, shift

WHOLE_SHIFT = 0.125  # of the side, at most
SHIFT = 0.125  # of the side, standard deviation
OCTAVES = 0.2  # of the scalings, standard deviation


def flip(chance: Chance) -> Tensor:
    """Half of the chosen samples are mirrored -> maps [num, 3, 3]."""
    mirrored = chance.happens() & (chance.whole(2) == 1)
    sign = 1 - 2 * mirrored.float()
    return scaling(sign, torch.ones_like(sign))


def blit(chance: Chance, resolution: int) -> Tensor:
    """Flips, quarter turns and shifts by whole pixels -> maps [num, 3, 3] from pixels to pixels."""
    inverse = flip(chance)

    turns = chance.happens() * chance.whole(4)
    cosine = inverse.new_tensor([1, 0, -1, 0])[turns]  # exact, unlike torch.cos
    sine = inverse.new_tensor([0, 1, 0, -1])[turns]
    inverse = product(inverse, matrices([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], cosine))

    is_shifted = chance.happens()
    x, y = (chance.uniform(-WHOLE_SHIFT, WHOLE_SHIFT) for _ in range(2))
    pixels = [(along * resolution).round() * is_shifted for along in (x, y)]
    return product(inverse, shift(*(2 * n / resolution for n in pixels)))


def general(chance: Chance) -> tuple[Tensor, Tensor]:
    """Scalings, rotations and shifts -> maps [num, 3, 3], and which samples they move: bool [num]."""
    # A rotation before and one after the anisotropic scaling: one of the two happens with probability p.
    p_rotation = 1 - (1 - chance.p).clamp(min=0).sqrt()

    scaled = chance.happens()
    by = torch.where(scaled, chance.factor(OCTAVES), 1.0)
    inverse = scaling(1 / by, 1 / by)

    turned_before = chance.happens(p_rotation)
    inverse = product(inverse, rotation(chance.uniform(-math.pi, math.pi) * turned_before))

    stretched = chance.happens()
    by = torch.where(stretched, chance.factor(OCTAVES), 1.0)
    inverse = product(inverse, scaling(1 / by, by))

    turned_after = chance.happens(p_rotation)
    inverse = product(inverse, rotation(chance.uniform(-math.pi, math.pi) * turned_after))

    shifted = chance.happens()
    x, y = (2 * chance.normal(SHIFT) * shifted for _ in range(2))
    inverse = product(inverse, shift(x, y))
    return inverse, scaled | turned_before | stretched | turned_after | shifted
