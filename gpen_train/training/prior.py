"""Training of a prior: StyleGAN2 alone, from random vectors to faces."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.checkpoints.prior_file import save_prior
from gpen_train.evaluation.samples import evaluate_prior
from gpen_train.evaluation.scores import as_columns
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.prior import Prior
from gpen_train.training.devices import averaged
from gpen_train.training.module import Evaluation, TrainingModule
from gpen_train.training.part import Part, Purpose
from gpen_train.training.step import AdversarialStep


class PriorStep(AdversarialStep):
    """Train ``model`` to make images like the clean ones of each batch, with style mixing.

    Source: StyleGAN2, arXiv:1912.04958; style mixing: StyleGAN, arXiv:1812.04948, section 3.1.
    """

    has_pairs = False

    def __init__(self, model: Prior, discriminator: Discriminator, losses: LossSettings, **common: Any):
        super().__init__(model, discriminator, losses, **common)
        self.style_mixing = losses.style_mixing

    def make(self, part: Part, all_sides: bool) -> Tensor | list[Tensor]:
        w = self.styles(part, Purpose.LATENTS)
        return self.model.generator(w, None, self.random(Purpose.NOISE, part), all_sides=all_sides)

    def styles(self, part: Part, purpose: Purpose) -> Tensor:
        """w of every layer [B, L, D], the same images' whatever the number of devices and parts."""
        num, device = len(part.clean), part.clean.device
        generator, random = self.model.generator, self.random(purpose, part, place=0)
        places = part.places(num)
        mine, total = slice(places.start, None, places.step), places.stop

        z = torch.randn((2, total, generator.style_dim), generator=random, device=device)[:, mine]
        w = self.model.mapper(z.flatten(0, 1)).unflatten(0, (2, num))
        if purpose == Purpose.LATENTS and torch.is_grad_enabled():  # once a step
            self.follow_average(w[0].detach(), part.total)
        # From a random layer on, the styles are the second vector's.
        layers = torch.arange(generator.num_styles, device=device)
        draws = torch.rand((2, total), generator=random, device=device)[:, mine]
        first = 1 + (draws[0] * (generator.num_styles - 1)).long()
        crossover = torch.where(draws[1] < self.style_mixing, first, generator.num_styles)
        return torch.where((layers < crossover[:, None])[:, :, None], w[0][:, None], w[1][:, None])

    @torch.no_grad()
    def follow_average(self, w: Tensor, count: int) -> None:
        """Move the average of w a little towards that of a part, one of ``count``: 0.5 % a step."""
        average = self.model.w_average
        latest = averaged(w.to(average).mean(dim=0))
        average.lerp_(torch.where(latest.isfinite(), latest, average), 0.005 / count)

    def path_images(self, part: Part, num: int) -> tuple[Tensor, Tensor]:
        w = self.styles(part, Purpose.PATH_LATENTS)[:num].requires_grad_()  # the mapper may be frozen
        return self.model.generator(w, None, self.random(Purpose.NOISE, part)), w


class PriorModule(TrainingModule):
    """A prior in training; its averaged model is compared with the clean faces and exported."""

    def evaluate(self, batches: Iterable, num_shown: int) -> Evaluation:
        """The Frechet distance of the averaged model's faces to the clean ones."""
        scores, sheet = evaluate_prior(self.step.averaged.model, batches, num_shown)
        return Evaluation(scores, as_columns({"frechet": scores["frechet"]}), sheet)

    @property
    def file_name(self) -> str:
        return f"gpen-prior-{self.step.model.output_resolution}.pth"

    def write(self, model: nn.Module, path: Path, training: Mapping[str, Any], dtype: torch.dtype) -> None:
        """As a file that ``init_from`` embeds and ``gpen sample`` draws from."""
        save_prior(model, path, training, dtype)
