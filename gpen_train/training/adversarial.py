"""What training a GPEN and training a prior have in common: a generator and a discriminator in turns."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from gpen_train.losses import regularizers
from gpen_train.models.discriminator import Discriminator
from gpen_train.tasks.pair import Batch
from gpen_train.training.ada.augment import Augment
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings, num_parts
from gpen_train.training.descent import Descent, Terms
from gpen_train.training.devices import summed
from gpen_train.training.ema import AveragedModel, AveragingSettings
from gpen_train.training.frozen import frozen
from gpen_train.training.health import DivergedError, Health, first_bad
from gpen_train.training.means import RunningMeans
from gpen_train.training.optimizers import LearningRates
from gpen_train.training.part import Part, Purpose, part_of, random_source


class Evaluation(NamedTuple):
    """What a module says of its averaged model."""

    scores: dict[str, Any]  # plain values
    logged: dict[str, float]  # those of them that go into the log
    sheet: np.ndarray  # uint8 [H, W, 3]: some of the images


class AdversarialModule(LightningModule):
    """Train ``model`` against ``discriminator``; ``averaged.model`` is the model to keep.

    ``images_seen`` counts the progress; ``means`` gathers the loss terms under the names they are logged
    with; ``health`` counts the steps that were skipped. A subclass makes the images and names the terms.

    Source: StyleGAN2, arXiv:1912.04958, appendix B.
    """

    def __init__(
        self,
        model: nn.Module,
        discriminator: Discriminator,
        rates: LearningRates,
        averaging: AveragingSettings,
        compute: ComputeSettings,
        augment: AugmentSettings,
        seed: int = 0,  # of all randomness on the device
        record: dict | None = None,  # plain values to keep in checkpoints: what the model is trained with
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.model, self.discriminator = model, discriminator
        self.averaged = AveragedModel(model, averaging)
        self.augment = Augment(augment)
        self.rates, self.compute = rates, compute
        self.seed, self.record = seed, record or {}
        self.images_seen = 0
        self.means, self.health = RunningMeans(), Health()
        self.latest_evaluation: tuple[int, dict[str, float]] = (-1, {})  # images seen, what was logged
        self.descents: dict[str, Descent] = {}
        self._scales: dict[str, dict] = {}  # of a checkpoint, until the descents are made
        self._signs: list[Tensor] = []  # the sums of sign(D(clean)) of this step's parts

    # What a subclass gives

    def generator_optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of ``model``."""
        raise NotImplementedError

    def discriminator_optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of ``discriminator``, and of what learns with it."""
        raise NotImplementedError

    def make(self, part: Part) -> Tensor:
        """The images [B, 3, R, R] that the model makes."""
        raise NotImplementedError

    def discriminator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """The weighted terms of the discriminator's loss; ``made`` carries no gradient."""
        raise NotImplementedError

    def generator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """The weighted terms of the model's loss."""
        raise NotImplementedError

    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """How good the averaged model is on held-out batches."""
        raise NotImplementedError

    def export(self, folder: Path) -> Path:
        """Write the averaged model into ``folder`` as a file for use -> its path."""
        raise NotImplementedError

    # The step

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        optimizers = {
            "generator": self.generator_optimizer(),
            "discriminator": self.discriminator_optimizer(),
        }
        for name, optimizer in optimizers.items():
            scaler = torch.amp.GradScaler(self.device.type, enabled=self.compute.dtype == torch.float16)
            if scaler.is_enabled() and name in self._scales:
                scaler.load_state_dict(self._scales[name])
            self.descents[name] = Descent(optimizer, scaler)
        return list(optimizers.values())

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """One discriminator update, one generator update, one update of the average."""
        count = num_parts(len(batch.clean), self.compute.micro_batch)
        step = self.images_seen // self.images_per_step(batch)
        # The discriminator's step leaves the model alone, so one pass through it serves both. Of several
        # parts the graphs would not fit in memory together.
        kept = self.made_with_graph(part_of(batch, 0, 1)) if count == 1 else None
        self._signs = []
        good = self.descend("discriminator", self.discriminator_parts(batch, count, kept, step), count)
        if self._signs and self.augment.settings.is_on:
            self.augment.update(summed(sum(self._signs)), self.images_per_step(batch))
        if self.images_seen >= self.rates.warmup:
            with frozen(self.discriminator_modules()):
                good &= self.descend("generator", self.generator_parts(batch, count, kept, step), count)
        self.health.note(good)
        self.images_seen += self.images_per_step(batch)
        self.averaged.update(self.model, self.images_per_step(batch), self.images_seen)
        if self.health.in_a_row >= self.compute.max_bad_steps:
            raise DivergedError(self.diagnosis(batch, step))

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
                yield self.discriminator_terms(part, made, step)

    def generator_parts(self, batch: Batch, count: int, kept: Tensor | None, step: int) -> Iterator[Terms]:
        for number in range(count):
            part = part_of(batch, number, count)
            made = self.made_with_graph(part) if kept is None else kept
            with self.autocast():
                yield self.generator_terms(part, made, step)

    def made_with_graph(self, part: Part) -> Tensor:
        with self.autocast():
            return self.make(part)

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

    def quick(self, network: nn.Module) -> Callable[..., Tensor]:
        """``network`` compiled, where that is asked for."""
        return torch.compile(network) if self.compute.compile else network

    def shown(self, images: Tensor, part: Part) -> Tensor:
        """What the discriminator is shown of ``images``; the same is done to all images of a part."""
        return (
            self.augment(images, self.random(Purpose.AUGMENT, part))
            if self.augment.settings.is_on
            else images
        )

    def real_logits(self, part: Part, with_r1: bool) -> tuple[Tensor, Tensor | None]:
        """The logits of the clean images, and R1's penalty on them."""
        clean = part.clean.requires_grad_(with_r1)
        # The gradient of a gradient overflows in low precision, and cannot be compiled.
        with self.autocast(enabled=False) if with_r1 else nullcontext():
            judge = self.discriminator if with_r1 else self.judge
            logits = judge(self.shown(clean, part))
        self._signs.append(logits.detach().float().sign().sum())
        return logits, regularizers.r1(logits, clean) if with_r1 else None

    def random(self, purpose: Purpose, part: Part, rank: int | None = None) -> torch.Generator:
        """The generator of this step's randomness, of this device unless ``rank`` names another."""
        rank = self.global_rank if rank is None else rank
        return random_source(part.clean, purpose, self.seed, self.images_seen, rank, part.number)

    def autocast(self, enabled: bool = True) -> AbstractContextManager:
        """Convolutions in the precision that is asked for; the meta device knows no autocast."""
        if self.compute.dtype == torch.float32 or self.device.type == "meta":
            return nullcontext()
        return torch.autocast(self.device.type, self.compute.dtype, enabled=enabled)

    # Trouble, and checkpoints

    def state_of_training(self) -> dict[str, float]:
        """What moves beside the losses: steps skipped so far, p of the augmentation, loss scales."""
        moving = {"skipped_steps": float(self.health.skipped)}
        if self.augment.settings.is_on:
            moving["augment_p"] = float(self.augment.p)
        scales = {n: d.scaler.get_scale() for n, d in self.descents.items() if d.scaler.is_enabled()}
        return moving | {f"{name}_loss_scale": scale for name, scale in scales.items()}

    def diagnosis(self, batch: Batch, step: int) -> str:
        """One line that names the first tensor that went bad."""
        part = part_of(batch, 0, 1)
        inputs = {"degraded": part.degraded, "clean": part.clean}
        networks = {"model": self.model, "discriminator": self.discriminator}

        def run() -> Terms:
            made = self.make(part)
            terms = self.discriminator_terms(part, made.detach(), step)
            return terms | self.generator_terms(part, made, step)

        return (
            f"{self.health.in_a_row} steps in a row had gradients that are not finite, up to image "
            f"{self.images_seen}; the first bad tensor is {first_bad(inputs, networks, run)}"
        )

    def lower_rates(self, factor: float) -> None:
        """Multiply all learning rates; checkpoints keep what comes of it."""
        if self.health.went_back:
            raise DivergedError("this run has gone back to a checkpoint once before")
        self.health.went_back = True
        for descent in self.descents.values():
            for group in descent.optimizer.param_groups:
                group["lr"] *= factor

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["images_seen"] = self.images_seen
        checkpoint["record"] = {
            "model": self.model.settings,
            "discriminator": self.discriminator.settings,
            **self.record,
        }
        checkpoint["means"] = self.means.state_dict()
        checkpoint["health"] = vars(self.health).copy()
        checkpoint["scales"] = {name: descent.scaler.state_dict() for name, descent in self.descents.items()}
        # Lightning would count batches from where the loops stood; ours are counted from the images seen.
        checkpoint.pop("loops", None)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.images_seen = self.trainer.datamodule.images_seen = checkpoint["images_seen"]
        self.means.load_state_dict(checkpoint["means"])
        self.health = Health(**checkpoint["health"])
        self._scales = checkpoint["scales"]
