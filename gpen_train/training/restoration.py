"""Training of a GPEN: the alternation of discriminator and generator."""

from contextlib import nullcontext

import numpy as np
import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from gpen_train.images import to_float
from gpen_train.losses import adversarial, regularizers
from gpen_train.losses.feature_matching import feature_matching
from gpen_train.losses.pixel import CONTENT_LOSSES
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN
from gpen_train.tasks.pair import Batch
from gpen_train.training.ema import AveragedModel
from gpen_train.training.means import RunningMeans
from gpen_train.training.optimizers import LearningRates, discriminator_optimizer, generator_optimizer


class RestorationModule(LightningModule):
    """Train ``model`` against ``discriminator`` on pairs of degraded and clean images.

    ``averaged.model`` is the model to keep. ``images_seen`` counts the progress; ``means`` gathers the loss
    terms under the names they are logged with.

    Source: GPEN, arXiv:2105.06070, section 3.4; StyleGAN2, arXiv:1912.04958, appendix B.
    """

    def __init__(
        self,
        model: GPEN,
        discriminator: Discriminator,
        losses: LossSettings,
        rates: LearningRates,
        ema_half_life: float = 10_000,  # images
        ema_ramp: float = 0.05,  # early on the half-life is this share of the images seen
        judge: nn.Module | None = None,  # LPIPS, when its weight is not 0
        seed: int = 0,  # of the noise, where the model takes any
        record: dict | None = None,  # plain values to keep in checkpoints: what the model is trained with
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.model, self.discriminator = model, discriminator
        self.averaged = AveragedModel(model, ema_half_life, ema_ramp)
        self.losses, self.rates = losses, rates
        self.judge = judge
        self.seed, self.record = seed, record or {}
        self.images_seen = 0
        self.means = RunningMeans()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        lazy_every = self.losses.r1.every if self.losses.r1.weight else None
        return [
            generator_optimizer(self.model, self.rates),
            discriminator_optimizer(self.discriminator, self.rates, lazy_every),
        ]

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """One discriminator update, one generator update, one update of the average."""
        degraded, clean = to_float(batch.degraded), to_float(batch.clean)
        step = self.images_seen // self.images_per_step(batch)
        optimizer_g, optimizer_d = self.optimizers()

        # The discriminator's step leaves the model alone, so one pass through it serves both.
        restored = self.model(degraded, self.noise_source(degraded))
        if self.losses.adversarial:
            with_r1 = self.losses.r1.weight > 0 and step % self.losses.r1.every == 0
            self.descend(optimizer_d, self.discriminator_terms(restored.detach(), clean, with_r1))
        with frozen(self.discriminator):
            self.descend(optimizer_g, self.generator_terms(restored, clean))

        self.images_seen += self.images_per_step(batch)
        self.averaged.update(self.model, self.images_per_step(batch), self.images_seen)

    def discriminator_terms(self, restored: Tensor, clean: Tensor, with_r1: bool) -> dict[str, Tensor]:
        """Restored and clean images [B, 3, R, R] -> the terms of the discriminator's loss."""
        clean = clean.detach().requires_grad_(with_r1)
        # The gradient of a gradient overflows in low precision.
        with torch.autocast(clean.device.type, enabled=False) if with_r1 else nullcontext():
            real = self.discriminator(clean)
        terms = {"d_adversarial": adversarial.logistic_d(real, self.discriminator(restored))}
        if with_r1:  # lazy: one step in r1.every, so it counts that many times
            penalty = regularizers.r1(real, clean)
            terms["r1"] = self.losses.r1.every * self.losses.r1.weight / 2 * penalty
        return terms

    def generator_terms(self, restored: Tensor, clean: Tensor) -> dict[str, Tensor]:
        """Restored and clean images [B, 3, R, R] -> the weighted terms of the model's loss."""
        weights, terms = self.losses, {}
        if weights.content:
            terms["content"] = weights.content * CONTENT_LOSSES[weights.content_kind](restored, clean)
        if weights.adversarial or weights.feature_matching:
            features = self.discriminator.features(restored)
        if weights.adversarial:
            logits = self.discriminator.judge(features)
            terms["adversarial"] = weights.adversarial * adversarial.logistic_g(logits)
        if weights.feature_matching:
            with torch.no_grad():
                wanted = self.discriminator.features(clean)
            terms["feature_matching"] = weights.feature_matching * feature_matching(features, wanted)
        if weights.lpips.weight:
            terms["lpips"] = weights.lpips.weight * self.judge(restored, clean).mean()
        return terms

    def descend(self, optimizer: torch.optim.Optimizer, terms: dict[str, Tensor]) -> None:
        """One step down the sum of the terms; no step where there are none."""
        if not terms:
            return
        optimizer.zero_grad(set_to_none=True)
        self.manual_backward(sum(terms.values()))
        optimizer.step()
        self.means.add(terms)

    def images_per_step(self, batch: Batch) -> int:
        """The global batch: what all devices together see in this step."""
        return len(batch.clean) * self.trainer.world_size

    def noise_source(self, like: Tensor) -> torch.Generator | None:
        """The generator of this step's noise on this device, or None where the model takes no noise."""
        if self.model.settings["unfed"] != "noise":
            return None
        words = np.random.SeedSequence([self.seed, self.images_seen, self.global_rank])
        return torch.Generator(like.device).manual_seed(int(words.generate_state(1)[0]))

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        checkpoint["images_seen"] = self.images_seen
        checkpoint["record"] = {
            "model": self.model.settings,
            "discriminator": self.discriminator.settings,
            **self.record,
        }
        # Lightning would count batches from where the loops stood; ours are counted from the images seen.
        checkpoint.pop("loops", None)
        # The judge's weights never change and have a file of their own.
        for name in self.judge_state():
            del checkpoint["state_dict"][name]

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        self.images_seen = self.trainer.datamodule.images_seen = checkpoint["images_seen"]
        checkpoint["state_dict"] |= self.judge_state()

    def judge_state(self) -> dict[str, Tensor]:
        """The judge's share of this module's state dict."""
        return {name: tensor for name, tensor in self.state_dict().items() if name.startswith("judge.")}


class frozen:  # noqa: N801  a context manager, read as a word
    """Within it, ``module``'s parameters take no gradient; gradients still flow through it."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def __enter__(self) -> None:
        self.module.requires_grad_(False)

    def __exit__(self, *exception: object) -> None:
        self.module.requires_grad_(True)
