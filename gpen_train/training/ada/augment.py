"""Adaptive discriminator augmentation: what the discriminator sees, and how often it is changed.

Source: ADA, arXiv:2006.06676.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from gpen_train.models.precision import upcast, without_autocast
from gpen_train.shapes import check_shape
from gpen_train.training.ada.chance import Chance
from gpen_train.training.ada.colour import draw_colours, recolour
from gpen_train.training.ada.geometry import blit, flip, general
from gpen_train.training.ada.matrices import product
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.ada.warp import copy_pixels, resample


class Transforms(NamedTuple):
    """What is done to each sample of a batch; None: nothing of that kind."""

    inverse: Tensor | None = None  # [B, 3, 3], from places in the result to places in the image
    resampled: Tensor | None = None  # bool [B]; the others keep whole pixels
    colours: Tensor | None = None  # [B, 4, 4]
    recoloured: Tensor | None = None  # bool [B]

    def of(self, places: range) -> "Transforms":
        """Those of some of the samples."""
        chosen = slice(places.start, places.stop, places.step)
        return Transforms(*(None if tensor is None else tensor[chosen] for tensor in self))


def transform(images: Tensor, transforms: Transforms) -> Tensor:
    """Images [B, 3, R, R] in [-1, 1] -> the same, changed; samples that are left alone keep every bit."""
    check_shape("images", images, None, 3, None, images.shape[2])
    x = upcast(images)
    with without_autocast(x):
        if transforms.inverse is not None:
            inverse = transforms.inverse.to(x)
            moved = copy_pixels(x, inverse)
            if transforms.resampled is not None:
                chosen = transforms.resampled[:, None, None, None]
                moved = torch.where(chosen, resample(x, inverse), moved)
            x = moved
        if transforms.colours is not None and transforms.recoloured is not None:
            chosen = transforms.recoloured[:, None, None, None]
            x = torch.where(chosen, recolour(x, transforms.colours), x)
    return x.to(images.dtype)


class Augment(nn.Module):
    """What images are changed with, each kind with probability p: ``transform(images, augment.draw(..))``.

    The discriminator's images, clean and restored, all go through it, and the generator's gradient too. p
    and what it follows are buffers, so that checkpoints hold them and nothing waits for the device. p rises
    while the mean of sign(D(clean)) is above the target: then the discriminator knows its images by heart.
    Of a relativistic loss it is that of sign(D(clean) - D(restored)).
    """

    p: Tensor
    signs: Tensor
    count: Tensor
    steps: Tensor

    def __init__(self, settings: AugmentSettings) -> None:
        super().__init__()
        settings.check()
        self.settings = settings
        self.register_buffer("p", torch.tensor(float(settings.p)))
        self.register_buffer("signs", torch.zeros(()))  # their sum since the last adjustment,
        self.register_buffer("count", torch.zeros(()))  # over this many images
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def draw(self, num: int, resolution: int, random: torch.Generator) -> Transforms:
        """Transforms of ``num`` samples; ``transform`` applies them, to pairs where they belong together."""
        groups, chance = self.settings.groups, Chance(num, self.p, random)
        if groups == "none":
            return Transforms()
        if groups == "flip":
            return Transforms(flip(chance))
        inverse, resampled, colours, recoloured = None, None, None, None
        if "b" in groups:
            inverse = blit(chance, resolution)
        if "g" in groups:
            moves, resampled = general(chance)
            inverse = moves if inverse is None else product(inverse, moves)
        if "c" in groups:
            colours, recoloured = draw_colours(chance)
        return Transforms(inverse, resampled, colours, recoloured)

    @torch.no_grad()
    def update(self, signs_sum: Tensor | float, count: int) -> None:
        """Once a step: the sum of these signs over ``count`` images, all devices' together.

        Every ``every`` steps p moves by the share of ``speed`` that the images since then are. A sum that is
        not finite, of a step that is skipped anyway, is passed over.
        """
        if self.settings.target is None:
            return
        signs_sum = torch.as_tensor(signs_sum).to(self.signs)
        is_good = signs_sum.isfinite()
        self.signs += torch.where(is_good, signs_sum, 0)
        self.count += is_good * count
        self.steps += 1
        is_due = self.steps % self.settings.every == 0
        excess = self.signs / self.count.clamp(min=1) - self.settings.target
        change = excess.sign() * self.count / self.settings.speed
        self.p.copy_(torch.where(is_due, (self.p + change).clamp(0, 1), self.p))
        self.signs *= ~is_due
        self.count *= ~is_due
