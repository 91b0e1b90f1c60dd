"""Averages of a model's weights: the exponential one, which is the one to use, and those by a power."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from gpen_train.bounds import KEY, Bounds, bounded, check_values
from gpen_train.models.adapters import merged
from gpen_train.profiles import SIGMA, exponent_of, share_kept
from gpen_train.schedules import Schedule

HALF_LIFE = Bounds(0, 1e12, "images above 0, such as 10000", is_open=True)
RAMP = Bounds(0, 1e9, "a share such as 0.05, or 0")


@dataclass
class AveragingSettings:
    """Of the averaged model, in images."""

    half_life: float = bounded(HALF_LIFE, 10_000)
    ramp: float = bounded(RAMP, 0.05)  # early on the half-life is this share of the images seen
    schedule: Schedule = field(default_factory=Schedule)  # of the half-life
    profiles: list[float] = field(
        default_factory=list, metadata={KEY: SIGMA}
    )  # widths sigma_rel, kept beside

    def check(self) -> None:
        """Raise ValueError for numbers out of their bounds, and for a width that is named twice."""
        check_values(self, "ema")
        self.schedule.check("ema.schedule")
        if len(set(self.profiles)) < len(self.profiles):
            raise ValueError(f"ema.profiles is {self.profiles}; give each width once")


class AveragedModel(nn.Module):
    """A copy of a model whose weights follow the model's, half the way in ``half_life`` images.

        average <- model + (average - model) * 0.5 ** (num_images / half_life)

    Early on, when the average still holds the random start, the half-life is ``ramp`` times the images seen.

    Source: StyleGAN2, arXiv:1912.04958, appendix B; the ramp is StyleGAN2-ADA's (``ema_rampup``).
    """

    def __init__(self, model: nn.Module, settings: AveragingSettings) -> None:
        super().__init__()
        settings.check()
        self.model, self.settings = still_copy(model), settings

    def half_life(self, images_seen: int) -> float:
        """In images, after so many of them."""
        scheduled = self.settings.half_life * self.settings.schedule.factor(images_seen)
        return max(min(scheduled, images_seen * self.settings.ramp), 1e-8)

    def update(self, model: nn.Module, num_images: int, images_seen: int) -> None:
        """Take ``model`` in after a step on ``num_images`` images, the last of ``images_seen``."""
        decay = 0.5 ** (num_images / self.half_life(images_seen))
        follow(self.model, model, 1 - decay)


class PowerAverage(nn.Module):
    """A copy of a model whose weights are the average of the model's by a power of the images seen.

    Source: EDM2, arXiv:2312.02696, equations 2 and 3; see ``gpen_train.profiles``.
    """

    def __init__(self, model: nn.Module, sigma_rel: float) -> None:
        super().__init__()
        self.model, self.sigma_rel, self.exponent = still_copy(model), sigma_rel, exponent_of(sigma_rel)

    def update(self, model: nn.Module, num_images: int, images_seen: int) -> None:
        """As AveragedModel's; the first step's model takes the place of what the average started with."""
        follow(self.model, model, 1 - share_kept(self.exponent, num_images, images_seen))


def power_averages(model: nn.Module, widths: Sequence[float]) -> nn.ModuleList:
    """One of each width."""
    return nn.ModuleList(PowerAverage(model, width) for width in widths)


def still_copy(model: nn.Module) -> nn.Module:
    """One that nothing trains."""
    return copy.deepcopy(model).eval().requires_grad_(False)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, share: float) -> None:
    """Go that share of the way from the average's weights to the model's; buffers are the model's.

    Of a model with adapters the average has none: it follows the weights that the layers compute with.
    """
    weights, targets = dict(average.named_parameters()), merged(dict(model.named_parameters()))
    torch._foreach_lerp_(list(weights.values()), [targets[name] for name in weights], share)
    for ours, theirs in zip(average.buffers(), model.buffers(), strict=True):
        ours.copy_(theirs)
