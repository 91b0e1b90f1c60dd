"""Who makes the images that are evaluated: models, priors, files of other programs, the two baselines."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpen_train.chance import code_of
from gpen_train.evaluation.cases import Cases
from gpen_train.images import resample, to_float, to_uint8
from gpen_train.models.prior import Prior


class Candidate(NamedTuple):
    """A row of the table: what it is called, where it comes from, and what it makes of a batch."""

    name: str
    kind: str  # degraded, bicubic, checkpoint or restored
    make: Callable[[Cases], Tensor]  # -> uint8 [B, R, R, 3], on the device of the cases
    source: str | None = None
    fingerprint: str | None = None


def degraded(cases: Cases) -> Tensor:
    """The degraded images as they are; of another size, each pixel is repeated, or some are left out."""
    assert cases.degraded is not None
    side = cases.resolution
    if cases.degraded.shape[1:3] == (side, side):
        return cases.degraded
    channels_first = cases.degraded.permute(0, 3, 1, 2)
    return F.interpolate(channels_first, (side, side), mode="nearest-exact").permute(0, 2, 3, 1).contiguous()


def bicubic(cases: Cases) -> Tensor:
    """The degraded images resampled to the size of the clean ones; of that size already, as they are."""
    assert cases.degraded is not None
    side = cases.resolution
    if cases.degraded.shape[1:3] == (side, side):
        return cases.degraded
    return to_uint8(resample(to_float(cases.degraded), side))


BASELINES = (Candidate("degraded", "degraded", degraded), Candidate("bicubic", "bicubic", bicubic))


class Restorer:
    """What ``model`` restores, at the size of the clean images.

    Noise, where the model takes any, follows from the number of the batch's first image.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def __call__(self, cases: Cases) -> Tensor:
        assert cases.degraded is not None
        random = torch.Generator(cases.degraded.device).manual_seed(cases.numbers[0])
        restored = self.model(to_float(cases.degraded), random)
        return to_uint8(resample(restored, cases.resolution))


class Drawer:
    """What ``model``, a prior, draws: of number i the face of (seed, i), as ``gpen sample`` does.

    The noise follows from the number of the batch's first image.
    """

    def __init__(self, model: Prior, seed: int) -> None:
        self.model, self.seed = model, seed

    def __call__(self, cases: Cases) -> Tensor:
        size = self.model.settings["style_dim"]
        codes = [code_of(self.seed, number, size)[0] for number in cases.numbers]
        random = torch.Generator(next(self.model.parameters()).device).manual_seed(cases.numbers[0])
        return to_uint8(self.model.sample(np.stack(codes), random))


def from_files(name: str) -> Callable[[Cases], Tensor]:
    """What another program has restored, from its files."""
    return lambda cases: cases.restored[name]
