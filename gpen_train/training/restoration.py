"""Training of a GPEN: pairs of degraded and clean images."""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.checkpoints.bundle import default_name, save_bundle
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.evaluation.held_out import evaluate
from gpen_train.images import resample
from gpen_train.losses import adversarial
from gpen_train.losses.components import ComponentDiscriminators
from gpen_train.losses.feature_matching import feature_matching
from gpen_train.losses.judges import Judges
from gpen_train.losses.pixel import content
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN
from gpen_train.tasks.pair import Batch
from gpen_train.tasks.unfinished import finish
from gpen_train.training.descent import Terms
from gpen_train.training.module import Evaluation, TrainingModule
from gpen_train.training.part import Part, Purpose
from gpen_train.training.step import AdversarialStep

JUDGING = ("judges.", "lpips.")  # networks whose weights never change and have files of their own


class RestorationStep(AdversarialStep):
    """Train ``model`` to restore, with the ``losses`` that have a weight.

    Source: GPEN, arXiv:2105.06070, section 3.4.
    """

    def __init__(
        self,
        model: GPEN,
        discriminator: Discriminator,
        losses: LossSettings,
        judges: Judges | None = None,  # the losses that rest on pretrained networks
        **common: Any,  # the arguments of AdversarialStep
    ) -> None:
        super().__init__(model, discriminator, losses, **common)
        self.judges = judges or Judges({})
        needs_components = losses.components.weight or losses.components.style
        self.components = ComponentDiscriminators(losses.components.width) if needs_components else None
        if self.components:
            self.discriminators.append(self.components)

    def networks(self) -> dict[str, nn.Module]:
        others = {"components": self.components} if self.components else {}
        return {**super().networks(), "judges": self.judges, **others}

    @cached_property
    def restore(self) -> Callable[..., Tensor]:
        """The model, for passes without a double backward."""
        return self.compute.quick(self.model)

    def make(self, part: Part) -> Tensor:
        return self.restore(part.degraded, self.noise_source(part))

    def noise_source(self, part: Part) -> torch.Generator | None:
        """The generator of this step's noise, or None where the model takes no noise."""
        return self.random(Purpose.NOISE, part) if self.model.settings["unfed"] == "noise" else None

    def discriminator_loss(self, part: Part, made: Tensor) -> Terms:
        terms = super().discriminator_loss(part, made)
        if self.components and self.images_seen >= self.losses.components.start:
            terms["d_components"] = self.components.discriminator_loss(made, part.clean)
        return terms

    def generator_terms(self, part: Part, made: Tensor, weights: dict[str, float]) -> Terms:
        terms = self.verdict(part, made, weights)
        if weights["content"]:
            distance = content(made, part.clean, self.losses.content_kind, self.losses.content_epsilon)
            terms["content"] = weights["content"] * distance
        terms |= self.judges(made, part.clean, weights)
        if self.components and (weights["components"] or weights["components_style"]):
            with_style = weights["components_style"] > 0
            verdicts = self.components.generator_loss(made, part.clean, with_style)
            terms |= {name: weights[name] * value for name, value in verdicts.items() if weights[name]}
        return terms

    def verdict(self, part: Part, made: Tensor, weights: dict[str, float]) -> Terms:
        """What the discriminator says of the restored images, and how alike its features are."""
        terms: Terms = {}
        if not weights["adversarial"] and not weights["feature_matching"]:
            return terms
        features = self.discriminator.features(self.shown(made, part))
        if weights["adversarial"]:
            logits = self.discriminator.judge(features)
            terms["adversarial"] = weights["adversarial"] * adversarial.logistic_g(logits)
        if weights["feature_matching"]:
            with torch.no_grad():
                wanted = self.discriminator.features(self.shown(part.clean, part))
            terms["feature_matching"] = weights["feature_matching"] * feature_matching(features, wanted)
        return terms

    def path_images(self, part: Part, num: int) -> tuple[Tensor, Tensor]:
        features, code = self.model.encoder(resample(part.degraded[:num], self.model.input_resolution))
        w = self.model.mapper(code)[:, None].repeat(1, self.model.generator.num_styles, 1)
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
        return Evaluation(scores, {f"held_out_{name}": v for name, v in scores["restored"].items()}, sheet)

    def export(self, folder: Path) -> Path:
        """As a bundle, named as tools expect it."""
        model, task = self.step.averaged.model, self.record.get("task", "bfr")
        path = folder / default_name(task, model.output_resolution)
        save_bundle(model, path, {**self.record.get("training", {}), "images_seen": self.images_seen}, task)
        return path

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        for name in self.judging_state():
            del checkpoint["state_dict"][name]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        checkpoint["state_dict"] |= self.judging_state()

    def judging_state(self) -> dict[str, Tensor]:
        """The judging networks' share of this module's state dict."""
        return {name: tensor for name, tensor in self.state_dict().items() if name.startswith(JUDGING)}
