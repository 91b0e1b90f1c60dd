"""Focal frequency: restored and clean should have the same spectrum, above all where they differ most.

Source: Jiang et al., arXiv:2012.12821, sections 3.2 and 3.3.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpen_train.bounds import Bounds, bounded, whole
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.models.precision import upcast, without_autocast

ALPHA = Bounds(0, 100, "0 for all frequencies alike, or more, such as 1")
PATCHES = whole(1, 32, "a number of patches per side, a power of two such as 4")


def focal_frequency(restored: Tensor, clean: Tensor, alpha: float = 1.0, patches: int = 1) -> Tensor:
    """[B, C, H, W] twice -> a number: the weighted mean squared distance of their Fourier coefficients.

        loss = mean over u, v of w(u, v) * |F_r(u, v) - F_c(u, v)|^2,   w = |F_r - F_c|^alpha / its maximum

    F is the orthonormal discrete Fourier transform of a channel, or of each of its ``patches`` x ``patches``
    parts, which have to divide it; the weights, from 0 to 1 in each of these spectra, are constants.
    """
    assert restored.shape[2] % patches == restored.shape[3] % patches == 0, (restored.shape, patches)
    difference = upcast(restored) - upcast(clean)
    batch, channels, height, width = difference.shape
    parts = difference.reshape(batch, channels, patches, height // patches, patches, width // patches)
    with without_autocast(parts):
        spectrum = torch.fft.fft2(parts, dim=(3, 5), norm="ortho")  # of the difference: F is linear
        squares = spectrum.real.square() + spectrum.imag.square()
        weights = squares.detach() ** (alpha / 2)
        most = weights.amax(dim=(3, 5), keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)
        return (weights / most * squares).mean()


@dataclass
class FocalFrequency(LossBlock):
    """Of images in [-1, 1]: four times what it is for those in [0, 1]."""

    name = "focal_frequency"

    alpha: float = bounded(ALPHA, 1.0)  # how much more the frequencies count that differ more
    patches: int = bounded(PATCHES, 1)  # per side, each with a spectrum of its own; they divide the image

    def check(self) -> None:
        if self.patches & (self.patches - 1):
            raise ValueError(
                f"losses.focal_frequency.patches is {self.patches}; give a power of two, such as 4"
            )

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        distance = focal_frequency(outcome.made, outcome.clean, self.alpha, self.patches)
        return {"focal_frequency": self.weight * distance}
