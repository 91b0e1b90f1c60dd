"""Training of a GPEN: pairs of degraded and clean images."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.checkpoints.bundle import default_name, save_bundle
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.evaluation.held_out import evaluate
from gpen_train.evaluation.scores import as_columns
from gpen_train.images import resample
from gpen_train.models.gpen import GPEN
from gpen_train.tasks.pair import Batch
from gpen_train.tasks.unfinished import finish
from gpen_train.training.module import Evaluation, TrainingModule
from gpen_train.training.part import Part, Purpose
from gpen_train.training.step import AdversarialStep


class RestorationStep(AdversarialStep):
    """Train ``model`` to restore.

    Source: GPEN, arXiv:2105.06070, section 3.4.
    """

    model: GPEN

    def make(self, part: Part, all_sides: bool) -> Tensor | list[Tensor]:
        return self.model(part.degraded, self.noise_source(part), all_sides)

    def noise_source(self, part: Part) -> torch.Generator | None:
        """The generator of this step's noise, or None where the model takes no noise."""
        return self.random(Purpose.NOISE, part) if self.model.settings["unfed"] == "noise" else None

    def path_images(self, part: Part, num: int) -> tuple[Tensor, Tensor]:
        features, code = self.model.encoder(resample(part.degraded[:num], self.model.input_resolution))
        w = self.model.mapper(code)[:, None].repeat(1, self.model.generator.num_styles, 1)
        w.requires_grad_()  # it may come of parts that are frozen
        return self.model.generator(w, features, self.noise_source(part)), w


class RestorationModule(TrainingModule):
    """A GPEN in training: batches are finished, its averaged model is evaluated on pairs and exported."""

    step: RestorationStep

    def __init__(
        self,
        step: RestorationStep,
        record: dict | None = None,  # see TrainingModule
        lpips: nn.Module | None = None,  # to evaluate with
        device_chain: DeviceChain | None = None,  # what degrades, where that is left to the device
    ) -> None:
        super().__init__(step, record)
        self.lpips, self.device_chain = lpips, device_chain

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """First degrade what is left to the device."""
        super().training_step(finish(batch, self.device_chain), batch_idx)

    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """PSNR, SSIM, LPIPS if it is there, a Frechet distance, and what the task is about."""
        task = self.record.get("task", "bfr")
        on_device = (self.transfer_batch_to_device(batch, self.device, 0) for batch in batches)
        batches = (finish(batch, self.device_chain) for batch in on_device)
        scores, sheet = evaluate(self.step.averaged.model, batches, num_shown, task, self.lpips)
        return Evaluation(scores, as_columns(scores["restored"]), sheet)

    @property
    def file_name(self) -> str:
        """As tools expect it."""
        return default_name(self.record.get("task", "bfr"), self.step.model.output_resolution)

    def write(self, model: nn.Module, path: Path, training: Mapping[str, Any], dtype: torch.dtype) -> None:
        """As a bundle."""
        save_bundle(model, path, training, self.record.get("task", "bfr"), dtype)
