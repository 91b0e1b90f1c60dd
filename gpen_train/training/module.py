"""The Lightning shell around a step: its hooks, what checkpoints keep, what becomes of the averaged model."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer

from gpen_train.checkpoints.averages import name_of
from gpen_train.losses.built import penalty_interval
from gpen_train.profiles import Profile
from gpen_train.tasks.pair import Batch
from gpen_train.training.descent import Descent
from gpen_train.training.diagnosis import diverged
from gpen_train.training.health import Health
from gpen_train.training.optimizers import discriminator_optimizer, generator_optimizer
from gpen_train.training.step import AdversarialStep

JUDGING = ("judges.", "lpips.")  # networks whose weights never change and have files of their own
MOVED = {"path_mean.mean": "path_length.mean"}  # in checkpoints: as it was called -> as it is


class Evaluation(NamedTuple):
    """What a module says of its averaged model."""

    scores: dict[str, Any]  # plain values
    logged: dict[str, float]  # those of them that go into the log
    sheet: np.ndarray  # uint8 [H, W, 3]: some of the images


class TrainingModule(LightningModule, ABC):
    """Takes ``step`` for each batch; the step's networks are this module's, by their names there."""

    def __init__(
        self,
        step: AdversarialStep,
        record: dict | None = None,  # plain values to keep in checkpoints: what the model is trained with
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.step, self.record = step, record or {}
        for name, network in step.networks().items():
            self.add_module(name, network)
        self.is_sharded = False  # whether the model is split among the devices
        self.latest_evaluation: tuple[int, dict[str, float]] = (-1, {})  # images seen, what was logged
        self._scales: dict[str, dict] = {}  # of a checkpoint, until the descents are made

    # What a subclass gives

    @abstractmethod
    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """How good the averaged model is on held-out batches."""

    @property
    @abstractmethod
    def file_name(self) -> str:
        """How the file for use is called."""

    @abstractmethod
    def write(self, model: nn.Module, path: Path, training: Mapping[str, Any], dtype: torch.dtype) -> None:
        """Write ``model``, an average, as a file for use that keeps what it was trained with."""

    # What Lightning asks for

    def on_train_start(self) -> None:
        self.step.means.to(self.device)  # a checkpoint's are on the CPU

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        self.step(batch)
        if self.step.health.is_lost(self.step.compute.max_bad_steps):
            raise diverged(self.step, batch)

    def optimizers_by_name(self) -> dict[str, Optimizer]:
        step = self.step
        of_model, of_judge = (penalty_interval(step.losses, name) for name in ("model", "discriminator"))
        return {
            "generator": generator_optimizer(step.model, step.rates, of_model),
            "discriminator": discriminator_optimizer(step.discriminators, step.rates, of_judge),
        }

    def configure_optimizers(self) -> list[Optimizer]:
        optimizers = self.optimizers_by_name()
        for name, optimizer in optimizers.items():
            is_scaled = self.step.compute.dtype == torch.float16
            scaler = torch.amp.GradScaler(self.device.type, enabled=is_scaled)
            if is_scaled and name in self._scales:
                scaler.load_state_dict(self._scales[name])
            self.step.descents[name] = Descent(optimizer, scaler)
        return list(optimizers.values())

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        step = self.step
        checkpoint["images_seen"] = step.images_seen
        checkpoint["record"] = {
            "model": step.model.settings,
            "discriminator": step.discriminator.settings,
            **self.record,
        }
        checkpoint["means"] = step.means.state_dict()
        checkpoint["health"] = step.health.state_dict()
        checkpoint["scales"] = {name: descent.scaler.state_dict() for name, descent in step.descents.items()}
        # Lightning would count batches from where the loops stood; ours are counted from the images seen.
        checkpoint.pop("loops", None)
        for name in self.judging_state():
            checkpoint["state_dict"].pop(name)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.step.images_seen = self.trainer.datamodule.images_seen = checkpoint["images_seen"]
        self.step.means.load_state_dict(checkpoint["means"])
        self.step.health = Health(**checkpoint["health"])
        self._scales = checkpoint["scales"]
        state, own = checkpoint["state_dict"], self.state_dict()
        for old, new in MOVED.items():
            if old in state:
                value = state.pop(old)
                state |= {new: value} if new in own else {}
        state |= self.judging_state()

    def judging_state(self) -> dict[str, Tensor]:
        """The judging networks' share of this module's state dict."""
        return {name: tensor for name, tensor in self.state_dict().items() if name.startswith(JUDGING)}

    # What callbacks ask for

    def export(self, folder: Path) -> Path:
        """Write the averaged model into ``folder`` as a file for use -> its path."""
        path = folder / self.file_name
        self.write(self.step.averaged.model, path, self.training_record(), torch.float32)
        return path

    def write_profiles(self, folder: Path) -> None:
        """Write the power-function averages, a file for use each, in half precision."""
        for average in self.step.profiles:
            path = folder / name_of(Profile(self.images_seen, average.sigma_rel))
            training = {**self.training_record(), "sigma_rel": average.sigma_rel}
            self.write(average.model, path, training, torch.float16)

    def training_record(self) -> dict[str, Any]:
        """What the model is trained with so far, as plain values."""
        return {**self.record.get("training", {}), "images_seen": self.images_seen}

    @property
    def images_seen(self) -> int:
        """The progress of the training."""
        return self.step.images_seen

    def state_of_training(self) -> dict[str, float]:
        """What moves beside the losses: steps skipped so far, p of the augmentation, loss scales, what has
        a schedule."""
        moving = {"skipped_steps": float(self.step.health.skipped)}
        if self.step.augment.settings.is_on:
            moving["augment_p"] = float(self.step.augment.p)
        moving |= self.scheduled()
        scales = {n: d.scaler.get_scale() for n, d in self.step.descents.items() if d.scaler.is_enabled()}
        return moving | {f"{name}_loss_scale": scale for name, scale in scales.items()}

    def scheduled(self) -> dict[str, float]:
        """What schedules made of learning rates, losses' settings and the average's half-life, in images."""
        step, found = self.step, dict[str, float]()
        if step.rates.schedule.is_on:
            rates = [rate for descent in step.descents.values() for rate in descent.rates().items()]
            found |= {f"{name}_rate": rate for name, rate in rates}
        for loss in step.losses:
            found |= loss.block.scheduled(step.images_seen)
        if step.averaged.settings.schedule.is_on:
            found["ema_half_life"] = step.averaged.half_life(step.images_seen)
        return found

    def lower_rates(self, factor: float) -> None:
        """Multiply all learning rates; checkpoints keep what comes of it."""
        self.step.health.went_back = True
        for descent in self.step.descents.values():
            descent.lower_rates(factor)

    def go_back_to(self, checkpoint: dict[str, Any]) -> None:
        """Take the averaged model of a checkpoint, an earlier one: it is what is evaluated and exported."""
        prefix, state = "averaged.", checkpoint["state_dict"]
        self.step.averaged.load_state_dict(
            {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
        )
        self.step.images_seen = checkpoint["images_seen"]
