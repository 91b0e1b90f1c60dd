"""Pyramid: the images that the generator's blocks build on should be right too, each at its own resolution.

Source: GFPGAN, arXiv:2101.04061, section 3.2. There they are images of the network before the prior; a GPEN
has the sums of its generator's RGB layers. GFPGAN's code drops the loss after 50,000 steps of 12 images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.bounds import bounded, whole
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast

END = whole(1, 1e12, "a number of images seen from which on it no longer counts, or null")


def pyramid(coarser: Sequence[Tensor], clean: Tensor) -> Tensor:
    """Images [B, 3, r, r] of sides r that divide R, and clean [B, 3, R, R] -> the sum of their distances.

    A distance is the mean of |image - clean|, where clean has the means of R / r x R / r pixels.
    """
    distances = [
        F.l1_loss(upcast(image), F.avg_pool2d(clean, clean.shape[2] // image.shape[2])) for image in coarser
    ]
    return torch.stack(distances).sum()


@dataclass
class Pyramid(LossBlock):
    """Of all resolutions below the output's, which is ``content``'s."""

    name = "pyramid"
    needs_coarser = True

    end: int | None = bounded(END, None)  # images seen from which on it no longer counts

    def counts(self, images_seen: int) -> bool:
        return super().counts(images_seen) and (self.end is None or images_seen < self.end)

    def check(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f"losses.pyramid.end is {self.end}; give more than its start, {self.start}, or null"
            )

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"pyramid": self.weight * pyramid(outcome.coarser, outcome.clean)}
