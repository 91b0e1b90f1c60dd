"""The exponential moving average of a model's weights."""

import copy
from dataclasses import dataclass, field

import torch
from torch import nn

from gpen_train.bounds import Bounds, bounded, check_values
from gpen_train.schedules import Schedule

HALF_LIFE = Bounds(0, 1e12, "images above 0, such as 10000", is_open=True)
RAMP = Bounds(0, 1e9, "a share such as 0.05, or 0")


@dataclass
class AveragingSettings:
    """Of the averaged model, in images."""

    half_life: float = bounded(HALF_LIFE, 10_000)
    ramp: float = bounded(RAMP, 0.05)  # early on the half-life is this share of the images seen
    schedule: Schedule = field(default_factory=Schedule)  # of the half-life

    def check(self) -> None:
        """Raise ValueError for numbers out of their bounds."""
        check_values(self, "ema")
        self.schedule.check("ema.schedule")


class AveragedModel(nn.Module):
    """A copy of a model whose weights follow the model's, half the way in ``half_life`` images.

        average <- model + (average - model) * 0.5 ** (num_images / half_life)

    Early on, when the average still holds the random start, the half-life is ``ramp`` times the images seen.

    Source: StyleGAN2, arXiv:1912.04958, appendix B; the ramp is StyleGAN2-ADA's (``ema_rampup``).
    """

    def __init__(self, model: nn.Module, settings: AveragingSettings) -> None:
        super().__init__()
        settings.check()
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.settings = settings

    def half_life(self, images_seen: int) -> float:
        """In images, after so many of them."""
        scheduled = self.settings.half_life * self.settings.schedule.factor(images_seen)
        return max(min(scheduled, images_seen * self.settings.ramp), 1e-8)

    @torch.no_grad()
    def update(self, model: nn.Module, num_images: int, images_seen: int) -> None:
        """Take ``model`` in after a step on ``num_images`` images, the last of ``images_seen``."""
        decay = 0.5 ** (num_images / self.half_life(images_seen))
        average, current = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(average, current, 1 - decay)
        for ours, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            ours.copy_(theirs)
