"""What every training has: networks, their average, optimizers, counts, and what checkpoints keep of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from gpen_train.models.discriminator import Discriminator
from gpen_train.training.ada.augment import Augment
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.descent import Descent
from gpen_train.training.ema import AveragedModel, AveragingSettings
from gpen_train.training.health import Health
from gpen_train.training.means import RunningMeans
from gpen_train.training.optimizers import LearningRates
from gpen_train.training.part import Part, Purpose, random_source


class Evaluation(NamedTuple):
    """What a module says of its averaged model."""

    scores: dict[str, Any]  # plain values
    logged: dict[str, float]  # those of them that go into the log
    sheet: np.ndarray  # uint8 [H, W, 3]: some of the images


class TrainingModule(LightningModule, ABC):
    """``model`` in training with ``discriminator``; ``averaged.model`` is the model to keep.

    ``images_seen`` counts the progress; ``means`` gathers the loss terms under the names they are logged
    with; ``health`` counts the steps that were skipped.
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
        self.is_sharded = False  # whether the model is split among the devices
        self.means, self.health = RunningMeans(), Health()
        self.latest_evaluation: tuple[int, dict[str, float]] = (-1, {})  # images seen, what was logged
        self.descents: dict[str, Descent] = {}
        self._scales: dict[str, dict] = {}  # of a checkpoint, until the descents are made

    # What a subclass gives

    @abstractmethod
    def generator_optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of ``model``."""

    @abstractmethod
    def discriminator_optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of ``discriminator``, and of what learns with it."""

    @abstractmethod
    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """How good the averaged model is on held-out batches."""

    @abstractmethod
    def export(self, folder: Path) -> Path:
        """Write the averaged model into ``folder`` as a file for use -> its path."""

    # What a step is computed with

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

    def quick(self, network: nn.Module) -> Callable[..., Tensor]:
        """``network`` compiled, where that is asked for."""
        return torch.compile(network) if self.compute.compile else network

    def random(
        self, purpose: Purpose, part: Part, rank: int | None = None, number: int | None = None
    ) -> torch.Generator:
        """The generator of this step's randomness, of this device and part unless others are named."""
        rank = self.global_rank if rank is None else rank
        number = part.number if number is None else number
        return random_source(part.clean, purpose, self.seed, self.images_seen, rank, number)

    def autocast(self, enabled: bool = True) -> AbstractContextManager:
        """Convolutions in the precision that is asked for; the meta device knows no autocast."""
        if self.compute.dtype == torch.float32 or self.device.type == "meta":
            return nullcontext()
        return torch.autocast(self.device.type, self.compute.dtype, enabled=enabled)

    # What is kept

    def state_of_training(self) -> dict[str, float]:
        """What moves beside the losses: steps skipped so far, p of the augmentation, loss scales."""
        moving = {"skipped_steps": float(self.health.skipped)}
        if self.augment.settings.is_on:
            moving["augment_p"] = float(self.augment.p)
        scales = {n: d.scaler.get_scale() for n, d in self.descents.items() if d.scaler.is_enabled()}
        return moving | {f"{name}_loss_scale": scale for name, scale in scales.items()}

    def lower_rates(self, factor: float) -> None:
        """Multiply all learning rates; checkpoints keep what comes of it."""
        self.health.went_back = True
        for descent in self.descents.values():
            for group in descent.optimizer.param_groups:
                group["lr"] *= factor

    def go_back_to(self, checkpoint: dict[str, Any]) -> None:
        """Take the averaged model of a checkpoint, an earlier one: it is what is evaluated and exported."""
        prefix, state = "averaged.", checkpoint["state_dict"]
        self.averaged.load_state_dict(
            {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
        )
        self.images_seen = checkpoint["images_seen"]

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
