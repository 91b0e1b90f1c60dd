"""What training a GPEN and training a prior have in common: a generator and a discriminator in turns."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.losses import regularizers
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator, group_of
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.tasks.pair import Batch
from gpen_train.training.ada.augment import transform
from gpen_train.training.compute import num_parts
from gpen_train.training.descent import Terms
from gpen_train.training.devices import averaged, summed
from gpen_train.training.frozen import frozen
from gpen_train.training.health import DivergedError, first_bad
from gpen_train.training.module import TrainingModule
from gpen_train.training.optimizers import discriminator_optimizer, generator_optimizer
from gpen_train.training.part import Part, Purpose, part_of


class AdversarialModule(TrainingModule):
    """Train ``model`` against ``discriminator``. A subclass makes the images and names the loss terms.

    Source: StyleGAN2, arXiv:1912.04958, appendix B.
    """

    path_mean: regularizers.PathLengthMean  # a subclass makes it

    def __init__(
        self,
        model: GPEN | Prior,
        discriminator: Discriminator,
        losses: LossSettings,
        **common: Any,  # the arguments of TrainingModule
    ) -> None:
        super().__init__(model, discriminator, **common)
        self.losses = losses
        self.path_mean = regularizers.PathLengthMean(losses.path_length.decay)
        # Of this step's parts:
        self._signs: list[Tensor] = []  # the sums of sign(D(clean))
        self._lengths: list[Tensor] = []  # the mean path lengths

    # What a subclass gives

    @abstractmethod
    def make(self, part: Part) -> Tensor:
        """The images [B, 3, R, R] that the model makes."""

    @abstractmethod
    def discriminator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """The weighted terms of the discriminator's loss; ``made`` carries no gradient."""

    @abstractmethod
    def generator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """The weighted terms of the model's loss."""

    # The step

    def generator_optimizer(self) -> torch.optim.Optimizer:
        lazy = self.losses.path_length
        return generator_optimizer(self.model, self.rates, lazy.every if lazy.weight else None)

    def discriminator_optimizer(self) -> torch.optim.Optimizer:
        lazy = self.losses.r1
        return discriminator_optimizer(
            self.discriminator_modules(), self.rates, lazy.every if lazy.weight else None
        )

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """One discriminator update, one generator update, one update of the average."""
        count = self.num_parts(len(batch.clean))
        step = self.images_seen // self.images_per_step(batch)
        # The discriminator's step leaves the model alone, so one pass through it serves both. Of several
        # parts the graphs would not fit in memory together.
        kept = self.made_with_graph(part_of(batch, 0, 1)) if count == 1 else None
        self._signs, self._lengths = [], []
        good = self.descend("discriminator", self.discriminator_parts(batch, count, kept, step), count)
        if self._signs and self.augment.settings.is_on:
            self.augment.update(summed(sum(self._signs)), self.images_per_step(batch))
        if self.images_seen >= self.rates.warmup:
            with frozen(self.discriminator_modules()):
                good &= self.descend("generator", self.generator_parts(batch, count, kept, step), count)
        if self._lengths:
            self.path_mean.update(averaged(torch.stack(self._lengths).mean()))
        self.health.note(good)
        self.images_seen += self.images_per_step(batch)
        self.averaged.update(self.model, self.images_per_step(batch), self.images_seen)
        if self.health.in_a_row >= self.compute.max_bad_steps:
            raise DivergedError(self.diagnosis(batch, step), self.health.went_back)

    def descend(self, name: str, parts: Iterator[Terms], count: int) -> bool:
        """Take an optimizer's step; whether its gradients were finite, or may overflow still."""
        terms = self.descents[name].step(parts, count)
        if terms is not None:
            self.means.add(terms)
        return terms is not None or self.descents[name].may_overflow

    def discriminator_parts(
        self, batch: Batch, count: int, kept: Tensor | None, step: int
    ) -> Iterator[Terms]:
        for number in range(count):
            part = part_of(batch, number, count)
            with torch.no_grad(), self.autocast():
                made = self.make(part) if kept is None else kept.detach()
            with self.autocast():
                terms = self.discriminator_terms(part, made, step)
            yield terms

    def generator_parts(self, batch: Batch, count: int, kept: Tensor | None, step: int) -> Iterator[Terms]:
        for number in range(count):
            part = part_of(batch, number, count)
            made = self.made_with_graph(part) if kept is None else kept
            with self.autocast():
                terms = self.generator_terms(part, made, step)
            yield terms

    def made_with_graph(self, part: Part) -> Tensor:
        with self.autocast():
            return self.make(part)

    def num_parts(self, num_images: int) -> int:
        """Into how many parts a device's share of a batch is cut; ValueError where its setting cannot be."""
        group = group_of(num_images, self.discriminator.settings["group_size"])
        return num_parts(num_images, self.compute.micro_batch, group)

    def places(self, num: int, part: Part) -> range:
        """Where the first ``num`` images of a part lie in the global batch.

        What is drawn for a place is the same on any number of devices, and into however many parts they cut
        their share.
        """
        world = self.trainer.world_size if self._trainer else 1
        first, step = self.global_rank + part.number * world, part.total * world
        return range(first, num * step, step)

    def images_per_step(self, batch: Batch) -> int:
        """The global batch: what all devices together see in this step."""
        return len(batch.clean) * self.trainer.world_size

    def discriminator_modules(self) -> list[nn.Module]:
        """What the discriminator's optimizer moves."""
        return [self.discriminator]

    # What the terms are made of

    @cached_property
    def judge(self) -> Callable[..., Tensor]:
        """The discriminator, for passes without a double backward."""
        return self.quick(self.discriminator)

    def shown(self, images: Tensor, part: Part) -> Tensor:
        """What the discriminator is shown of a part's ``images``, whether clean or made: the same is done."""
        if not self.augment.settings.is_on:
            return images
        places = self.places(len(images), part)
        random = self.random(Purpose.AUGMENT, part, rank=0, number=0)
        transforms = self.augment.draw(places.stop, images.shape[-1], random)
        return transform(images, transforms.of(places))

    def real_logits(self, part: Part, with_r1: bool) -> tuple[Tensor, Tensor | None]:
        """The logits of the clean images, and R1's penalty on them."""
        clean = part.clean.requires_grad_(with_r1)
        # The gradient of a gradient overflows in low precision, and cannot be compiled.
        with self.autocast(enabled=False) if with_r1 else nullcontext():
            judge = self.discriminator if with_r1 else self.judge
            logits = judge(self.shown(clean, part))
        self._signs.append(logits.detach().float().sign().sum())
        return logits, regularizers.r1(logits, clean) if with_r1 else None

    def path_deviation(self, images: Tensor, w: Tensor, part: Part) -> Tensor:
        """How far the path lengths of a part's first images are from their mean, which follows the step."""
        sources = (
            self.random(Purpose.PATH_LENGTH, part, rank=place, number=0)
            for place in self.places(len(images), part)
        )
        shape, device = images.shape[1:], images.device
        directions = torch.stack([torch.randn(shape, generator=s, device=device) for s in sources])
        lengths = regularizers.path_length(images, w, directions)
        self._lengths.append(lengths.detach().mean())
        return regularizers.path_penalty(lengths, self.path_mean.mean)

    # Trouble

    def diagnosis(self, batch: Batch, step: int) -> str:
        """One line that names the first tensor that went bad."""
        whole, count = part_of(batch, 0, 1), self.num_parts(len(batch.clean))
        inputs = {"degraded": whole.degraded, "clean": whole.clean}
        networks = {"model": self.model, "discriminator": self.discriminator}

        def run() -> Terms:
            sums: Terms = {}
            for terms in (
                *self.discriminator_parts(batch, count, None, step),
                *self.generator_parts(batch, count, None, step),
            ):
                sums |= {name: sums.get(name, 0) + term.detach() for name, term in terms.items()}
            return sums

        return (
            f"{self.health.in_a_row} steps in a row had gradients that are not finite, up to image "
            f"{self.images_seen}; the first bad tensor is {first_bad(inputs, networks, run)}"
        )
