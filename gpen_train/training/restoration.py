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
from gpen_train.training.adversarial import AdversarialModule
from gpen_train.training.descent import Terms
from gpen_train.training.module import Evaluation
from gpen_train.training.part import Part, Purpose


class RestorationModule(AdversarialModule):
    """Train ``model`` to restore, against ``discriminator``, with the ``losses`` that have a weight.

    Source: GPEN, arXiv:2105.06070, section 3.4.
    """

    def __init__(
        self,
        model: GPEN,
        discriminator: Discriminator,
        losses: LossSettings,
        judges: Judges | None = None,  # the losses that rest on pretrained networks
        lpips: nn.Module | None = None,  # to evaluate with
        device_chain: DeviceChain | None = None,  # what degrades, where that is left to the device
        **common: Any,  # the arguments of TrainingModule
    ) -> None:
        super().__init__(model, discriminator, losses, **common)
        self.judges, self.lpips = judges or Judges({}), lpips
        self.device_chain = device_chain
        needs_components = losses.components.weight or losses.components.style
        self.components = ComponentDiscriminators(losses.components.width) if needs_components else None

    def discriminator_modules(self) -> list[nn.Module]:
        return [self.discriminator] + ([self.components] if self.components else [])

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """First degrade what is left to the device."""
        super().training_step(finish(batch, self.device_chain), batch_idx)

    @cached_property
    def restore(self) -> Callable[..., Tensor]:
        """The model, for passes without a double backward."""
        return self.quick(self.model)

    def make(self, part: Part) -> Tensor:
        return self.restore(part.degraded, self.noise_source(part))

    def noise_source(self, part: Part) -> torch.Generator | None:
        """The generator of this step's noise, or None where the model takes no noise."""
        return self.random(Purpose.NOISE, part) if self.model.settings["unfed"] == "noise" else None

    def discriminator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """Of restored images [B, 3, R, R] that carry no gradient."""
        losses, terms = self.losses, {}
        if losses.adversarial:
            real, penalty = self.real_logits(part, losses.r1.weight > 0 and step % losses.r1.every == 0)
            fake = self.judge(self.shown(made, part))
            terms["d_adversarial"] = adversarial.logistic_d(real, fake)
            if penalty is not None:  # lazy: one step in r1.every, so it counts that many times
                terms["r1"] = losses.r1.every * losses.r1.weight / 2 * penalty
        if self.components and self.images_seen >= losses.components.start:
            terms["d_components"] = self.components.discriminator_loss(made, part.clean)
        return terms

    def generator_terms(self, part: Part, made: Tensor, step: int) -> Terms:
        """Of restored images [B, 3, R, R]."""
        weights = self.losses.weights_at(self.images_seen)
        terms = self.discriminator_verdict(part, made, weights)
        if weights["content"]:
            distance = content(made, part.clean, self.losses.content_kind, self.losses.content_epsilon)
            terms["content"] = weights["content"] * distance
        terms |= self.judges(made, part.clean, weights)
        if self.components and (weights["components"] or weights["components_style"]):
            with_style = weights["components_style"] > 0
            verdicts = self.components.generator_loss(made, part.clean, with_style)
            terms |= {name: weights[name] * value for name, value in verdicts.items() if weights[name]}
        lazy = self.losses.path_length
        if weights["path_length"] and step % lazy.every == 0:
            terms["path_length"] = lazy.every * weights["path_length"] * self.path_penalty(part)
        return terms

    def discriminator_verdict(self, part: Part, made: Tensor, weights: dict[str, float]) -> Terms:
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

    def path_penalty(self, part: Part) -> Tensor:
        """The path-length penalty on the first images of a part, with respect to the w of every layer."""
        degraded = part.degraded[: max(1, len(part.degraded) // self.losses.path_length.shrink)]
        with self.autocast(enabled=False):
            features, code = self.model.encoder(resample(degraded, self.model.input_resolution))
            w = self.model.mapper(code)[:, None].repeat(1, self.model.generator.num_styles, 1)
            images = self.model.generator(w, features, self.noise_source(part))
            return self.path_deviation(images, w, part)

    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """PSNR, SSIM, LPIPS if it is there, a Frechet distance, and what the task is about."""
        task = self.record.get("task", "bfr")
        on_device = (self.transfer_batch_to_device(batch, self.device, 0) for batch in batches)
        batches = (finish(batch, self.device_chain) for batch in on_device)
        scores, sheet = evaluate(self.averaged.model, batches, num_shown, task, self.lpips)
        return Evaluation(scores, {f"held_out_{name}": v for name, v in scores["restored"].items()}, sheet)

    def export(self, folder: Path) -> Path:
        """As a bundle, named as tools expect it."""
        model, task = self.averaged.model, self.record.get("task", "bfr")
        path = folder / default_name(task, model.output_resolution)
        save_bundle(model, path, {**self.record.get("training", {}), "images_seen": self.images_seen}, task)
        return path

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        # The judges' weights never change and have files of their own.
        for name in self.judges_state():
            del checkpoint["state_dict"][name]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        checkpoint["state_dict"] |= self.judges_state()

    def judges_state(self) -> dict[str, Tensor]:
        """The judges' share of this module's state dict."""
        return {
            name: tensor
            for name, tensor in self.state_dict().items()
            if name.startswith(("judges.", "lpips."))
        }
