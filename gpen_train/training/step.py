"""One step of training, from top to bottom: a batch comes in, both networks and the average move.

    made           the images that the model makes; none of them moves the model yet
    discriminator  is shown clean and made images, and descends what its losses say
    model          descends against the new discriminator what its own losses say
    average        goes a little of the way to the model

Source: GAN, arXiv:1406.2661; lazy regularisation and averaging: StyleGAN2, arXiv:1912.04958, appendix B.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.losses.adaptive import balance_of
from gpen_train.losses.block import Terms
from gpen_train.losses.built import BuiltLoss, Judges, build_losses, learning
from gpen_train.losses.outcome import Outcome, Path
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator, group_of
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.processes import num_processes, rank, summed
from gpen_train.tasks.pair import Batch
from gpen_train.training.ada.augment import Augment, transform
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings, num_parts
from gpen_train.training.descent import Descent
from gpen_train.training.devices import averaged
from gpen_train.training.ema import AveragedModel, AveragingSettings, power_averages
from gpen_train.training.frozen import choose, frozen
from gpen_train.training.health import Health
from gpen_train.training.means import RunningMeans
from gpen_train.training.optimizers import LearningRates
from gpen_train.training.part import Part, Purpose, part_of, random_source


class AdversarialStep(ABC):
    """``step(batch)`` trains ``model`` against ``discriminator``; ``averaged.model`` is the one to keep.

    A subclass says what the model makes of a part of a batch.
    """

    has_pairs = True  # whether each made image has its clean one

    def __init__(
        self,
        model: GPEN | Prior,
        discriminator: Discriminator,
        losses: LossSettings,
        rates: LearningRates,
        averaging: AveragingSettings,
        compute: ComputeSettings,
        augment: AugmentSettings,
        seed: int = 0,  # of all randomness on the device
        judges: Judges | None = None,  # of the losses that rest on pretrained networks; without: left out
    ) -> None:
        self.model, self.discriminator = model, discriminator
        self.averaged, self.augment = AveragedModel(model, averaging), Augment(augment)
        self.profiles = power_averages(model, averaging.profiles)
        choose(model, discriminator, rates)  # the averages stay without adapters
        self.judges = Judges({}) if judges is None else judges
        self.losses: list[BuiltLoss] = build_losses(losses, self.judges, self.has_pairs)
        layer = model.generator.last_layer
        self.balance = balance_of(self.losses, layer, layer.is_leaf and layer.requires_grad)
        # A compiled pass goes backward once: the memory of what it keeps is used again, and inductor's cache
        # of graphs gives out such passes even where torch._functorch.config.donated_buffer forbids them.
        if self.balance is None:
            compute.quicken(model, discriminator)
        # All that the second optimizer moves.
        self.discriminators = [discriminator, *learning(self.losses).values()]
        self.rates, self.compute, self.seed = rates, compute, seed
        self.descents: dict[str, Descent] = {}  # of "discriminator" and "generator", once they have devices
        self.means, self.health = RunningMeans(), Health()
        self.images_seen, self.number = 0, 0  # before this step; of this step
        self.signs: list[Tensor] = []  # of this step's parts: sums of sign(confidence)

    def __call__(self, batch: Batch) -> None:
        """One update of the discriminator, one of the model, one of the average."""
        count, in_step = self.num_parts(len(batch.clean)), len(batch.clean) * num_processes()
        self.number, self.signs = self.images_seen // in_step, []
        # The discriminator's descent leaves the model alone, so one pass through it serves both. Of several
        # parts the graphs would not fit in memory together.
        kept = self.made(part_of(batch, 0, 1)) if count == 1 else None

        is_good = self.descend("discriminator", self.discriminator_losses(batch, count, kept), count)
        if self.signs and self.augment.settings.is_on:
            self.augment.update(summed(sum(self.signs)), in_step)

        if self.images_seen >= self.rates.warmup:
            with frozen(self.discriminators):
                is_good = is_good & self.descend(
                    "generator", self.generator_losses(batch, count, kept), count
                )
        for loss in self.losses:
            loss.block.after_step(loss.network, averaged)

        self.images_seen += in_step
        for average in (self.averaged, *self.profiles):
            average.update(self.model, in_step, self.images_seen)
        self.health.note(is_good)

    # The discriminator's half

    def discriminator_losses(self, batch: Batch, count: int, kept: list[Tensor] | None) -> Iterator[Terms]:
        for number in range(count):
            part = part_of(batch, number, count)
            with torch.no_grad():
                made = self.made(part) if kept is None else kept
            with self.autocast():
                terms = self.discriminator_loss(part, made[-1].detach())
            yield terms

    def discriminator_loss(self, part: Part, made: Tensor) -> Terms:
        """The discriminators' weighted terms for images [B, 3, R, R] that carry no gradient."""
        due = [loss for loss in self.losses if loss.discriminator_is_due(self.images_seen, self.number)]
        outcome = self.outcome(part, made, gradient_at={loss.block.gradient_at for loss in due})
        terms: Terms = {}
        for loss in due:
            terms |= loss.discriminator_terms(outcome)
        trainers = [loss.block for loss in due if loss.block.trains_discriminator]
        if trainers:
            self.signs.append(trainers[0].confidence(outcome).detach().float().sign().sum())
        return terms

    def shown(self, images: Tensor, part: Part) -> Tensor:
        """What the discriminator is shown of a part's ``images``, whether clean or made: the same is done."""
        if not self.augment.settings.is_on:
            return images
        places = part.places(len(images))
        random = self.random(Purpose.AUGMENT, part, place=0)
        return transform(images, self.augment.draw(places.stop, images.shape[-1], random).of(places))

    # The model's half

    def generator_losses(self, batch: Batch, count: int, kept: list[Tensor] | None) -> Iterator[Terms]:
        parts = partial(self.generator_parts, batch, count, kept)
        if self.balance is None:
            return parts()
        return self.balance.balanced(parts, count, averaged, self.descents["generator"].scaler)

    def generator_parts(
        self, batch: Batch, count: int, kept: list[Tensor] | None, with_penalties: bool = True
    ) -> Iterator[Terms]:
        for number in range(count):
            part = part_of(batch, number, count)
            made = self.made(part) if kept is None else kept
            with self.autocast():
                terms = self.generator_loss(part, made[-1], made[:-1], with_penalties)
            yield terms
            del made, terms  # with their graph, which may not have gone backward

    def generator_loss(
        self, part: Part, made: Tensor, coarser: Sequence[Tensor] = (), with_penalties: bool = True
    ) -> Terms:
        """The model's weighted terms for the images [B, 3, R, R] that it has made, and those on the way."""
        due = [loss for loss in self.due() if with_penalties or not loss.block.penalizes]
        with_features = any(loss.block.needs_features for loss in due)
        outcome = self.outcome(part, made, coarser=coarser, with_features=with_features)
        terms: Terms = {}
        for loss in due:
            terms |= loss.generator_terms(outcome)
        return terms

    def due(self) -> list[BuiltLoss]:
        """The losses whose terms the model descends in this step."""
        return [loss for loss in self.losses if loss.is_due(self.images_seen, self.number)]

    # What a subclass gives

    @abstractmethod
    def make(self, part: Part, all_sides: bool) -> Tensor | list[Tensor]:
        """The images [B, 3, R, R] that the model makes; with ``all_sides`` every block's, these last."""

    @abstractmethod
    def path_images(self, part: Part, num: int) -> tuple[Tensor, Tensor]:
        """A part's first ``num`` images, made once more, and the w of every layer that they depend on."""

    def networks(self) -> dict[str, nn.Module]:
        """All that has weights or a state, by the names it has in training checkpoints."""
        names = ("model", "discriminator", "averaged", "profiles", "augment", "judges")
        return {name: getattr(self, name) for name in names} | learning(self.losses)

    # What the losses are shown

    def outcome(self, part: Part, made: Tensor, **needs: Any) -> Outcome:
        """Of a part whose images [B, 3, R, R] the model has ``made``."""
        shown, path = partial(self.shown, part=part), partial(self.path, part)
        judge, as_written, seen = self.discriminator, self.compute.as_written, self.images_seen
        return Outcome(made, part.clean, judge, as_written, shown, path, seen, **needs)

    def path(self, part: Part, num: int) -> Path:
        """A part's first ``num`` images made once more, with directions drawn for them."""
        with self.compute.as_written():
            images, w = self.path_images(part, num)
        sources = [self.random(Purpose.PATH_LENGTH, part, place) for place in part.places(num)]
        shape, device = images.shape[1:], images.device
        directions = torch.stack([torch.randn(shape, generator=s, device=device) for s in sources])
        return Path(images, w, directions)

    # The tools

    def descend(self, name: str, parts: Iterator[Terms], count: int) -> Tensor:
        """Take an optimizer's step; whether its gradients were finite, or may overflow still: [], bool."""
        self.descents[name].scale_rates(self.rates.schedule.factor(self.images_seen))
        terms, is_finite = self.descents[name].step(parts, count)
        weights = self.balance.logged if self.balance and name == "generator" else {}
        self.means.add(terms | weights, is_finite)
        return is_finite | self.descents[name].may_overflow

    def made(self, part: Part) -> list[Tensor]:
        """What the model makes, last; before it the coarser images, where a loss asks for them."""
        with self.autocast():
            made = self.make(part, all_sides=any(loss.block.needs_coarser for loss in self.due()))
        return made if isinstance(made, list) else [made]

    def autocast(self, enabled: bool = True) -> AbstractContextManager:
        return self.compute.autocast(next(self.model.parameters()).device, enabled)

    def random(self, purpose: Purpose, part: Part, place: int | None = None) -> torch.Generator | None:
        """The generator of this step's randomness: of a part on this device, or of a place in the batch."""
        words = (rank(), part.number) if place is None else (place, 0)
        return random_source(part.clean, purpose, self.seed, self.images_seen, *words)

    def num_parts(self, num_images: int) -> int:
        """Into how many parts a device's share of a batch is cut; ValueError where its setting cannot be."""
        group = group_of(num_images, self.discriminator.settings["group_size"])
        return num_parts(num_images, self.compute.micro_batch, group)
