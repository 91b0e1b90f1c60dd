"""What a step of training shows its losses of a part of a batch."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from gpen_train.models.discriminator import Discriminator
from gpen_train.models.precision import without_autocast


class Path(NamedTuple):
    """Images made once more, to see how they move with their w."""

    images: Tensor  # [P, 3, R, R], with a graph that may be differentiated twice
    w: Tensor  # [P, L, D], one for each layer
    directions: Tensor  # normal noise like ``images``


@dataclass
class Outcome:
    """The images of a part of a batch, and what the discriminator sees in them.

    In the model's half of a step ``made`` carries its gradient, in the discriminator's it carries none. What
    is a property is computed when the first loss asks for it, and once.
    """

    made: Tensor  # [B, 3, R, R] in [-1, 1]: by the model
    clean: Tensor  # [B, 3, R, R]: the targets; of a prior, faces that have nothing to do with those made
    discriminator: Discriminator
    as_written: Callable[[], AbstractContextManager]  # around passes with a double backward
    shown: Callable[[Tensor], Tensor]  # images -> what the discriminator is shown of them
    path: Callable[[int], Path]  # of the part's first images, so many
    images_seen: int  # before this step
    coarser: Sequence[Tensor] = ()  # made on the way, [B, 3, 4, 4] .. [B, 3, R / 2, R / 2], for losses
    with_features: bool = False  # whether a loss asks for features
    gradient_at: Collection[str] = ()  # "clean", "made": whether a loss asks for their logits' gradient there

    def __post_init__(self) -> None:
        self.clean.requires_grad_("clean" in self.gradient_at)
        if "made" in self.gradient_at:
            self.made.requires_grad_()

    @cached_property
    def made_features(self) -> list[Tensor]:
        """The discriminator's maps of the made images, finest first."""
        return self.discriminator.features(self.shown(self.made))

    @cached_property
    def clean_features(self) -> list[Tensor]:
        """Those of the clean ones, constant."""
        with torch.no_grad():
            return self.discriminator.features(self.shown(self.clean))

    @cached_property
    def made_logits(self) -> Tensor:
        """The discriminator's verdict on the made images [B, 1]: the higher, the more like clean ones."""
        if self.with_features:
            return self.discriminator.judge(self.made_features)
        return self._logits("made")

    @cached_property
    def clean_logits(self) -> Tensor:
        """Its verdict on the clean images [B, 1]."""
        if self.with_features:
            return self.discriminator.judge(self.clean_features)
        return self._logits("clean")

    def _logits(self, name: str) -> Tensor:
        images = getattr(self, name)
        with ExitStack() as stack:
            if name in self.gradient_at:  # which overflows in low precision, and cannot be compiled
                stack.enter_context(without_autocast(images))
                stack.enter_context(self.as_written())
            return self.discriminator(self.shown(images))
