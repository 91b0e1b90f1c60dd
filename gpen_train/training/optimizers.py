"""Adam as StyleGAN2 uses it, AdamW or Muon, with one learning rate a part."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from gpen_train.bounds import Bounds, bounded, check_values, one_of, whole
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.schedules import Schedule
from gpen_train.training.muon import Muon

BETA2, EPSILON = 0.99, 1e-8
RATE = Bounds(0, 100, "0 to keep the part as it is, or more")
BETA = Bounds(0, 1 - 1e-9, "a number from 0 to below 1")
DECAY = Bounds(0, 1, "a share from 0 to 1, such as 0.01")
ADAM, ADAMW, MUON = "adam", "adamw", "muon"
DECAYING: dict[str, type[AdamW]] = {ADAMW: AdamW, MUON: Muon}
NUMBER = whole(0, 1e12, "a number from 0")
RANK = whole(0, 1024, "a rank such as 4, or 0 for none")


@dataclass
class LearningRates:
    """What learns, by which optimizer, and how fast: one learning rate a part.

    The mapper goes with the encoder unless it is given its own.
    """

    encoder: float = bounded(RATE, 2e-3)
    generator: float = bounded(RATE, 2e-4)
    discriminator: float = bounded(RATE, 2e-5)
    mapper: float | None = bounded(RATE, None)
    beta1: float = bounded(BETA, 0.0)  # of encoder, mapper and generator; the discriminator's is 0
    frozen: list[str] = field(default_factory=list)  # what stays as it is, by its name: see training/frozen
    frozen_blocks: int = bounded(NUMBER, 0)  # of the discriminator, from the finest on, that stay as they are
    adapters: int = bounded(RANK, 0)  # the rank of those that learn in the place of the model's own weights
    warmup: int = bounded(NUMBER, 0)  # images in which the discriminator learns alone
    schedule: Schedule = field(default_factory=Schedule)  # of all rates
    name: str = one_of((ADAM, *DECAYING), ADAM)
    weight_decay: float = bounded(DECAY, 0.01)  # of adamw and muon

    def check(self) -> None:
        """Raise ValueError for numbers out of their bounds. Rate 0 keeps a part as it is."""
        check_values(self, "optimizer")
        self.schedule.check("optimizer.schedule")

    def of(self, model: GPEN | Prior) -> dict[str, float]:
        """By the parts that the model has; a prior's mapper learns at its generator's rate."""
        first = self.encoder if isinstance(model, GPEN) else self.generator
        mapper = first if self.mapper is None else self.mapper
        rates = {"encoder": self.encoder, "mapper": mapper, "generator": self.generator}
        return {part: rate for part, rate in rates.items() if hasattr(model, part)}


def generator_optimizer(
    model: GPEN | Prior, rates: LearningRates, lazy_every: int | None = None
) -> Optimizer:
    """One for encoder, mapper and generator, a group each.

    ``lazy_every`` is path-length regularisation's interval (None: there is none), as R1's below.
    """
    groups = [_group(name, [getattr(model, name)], rate) for name, rate in rates.of(model).items()]
    return _optimizer(groups, rates, rates.beta1, lazy_every)


def discriminator_optimizer(
    modules: Sequence[nn.Module], rates: LearningRates, lazy_every: int | None = None
) -> Optimizer:
    """One for the discriminator and what learns with it, whose R1 comes once in ``lazy_every`` steps."""
    groups = [_group("discriminator", modules, rates.discriminator)]
    return _optimizer(groups, rates, 0.0, lazy_every)


def _group(name: str, modules: Sequence[nn.Module], rate: float) -> dict[str, Any]:
    """The modules' parameters at one rate."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    return {"params": parameters, "lr": rate, "name": name}


def _optimizer(
    groups: list[dict[str, Any]], rates: LearningRates, beta1: float, lazy_every: int | None
) -> Optimizer:
    """By name, corrected for a regulariser that comes once in ``lazy_every`` steps (None: never).

    With c = every / (every + 1): rate * c and beta ** c. One that comes in every step, as R3GAN's, is not
    lazy: nothing is corrected.

    Source: StyleGAN2, arXiv:1912.04958, appendix B; StyleGAN2-ADA, arXiv:2006.06676, whose released code
    corrects nothing either where the regulariser belongs to every step.
    """
    correction = 1.0 if lazy_every in (None, 1) else lazy_every / (lazy_every + 1)
    for group in groups:
        group["lr"] *= correction
    common: dict[str, Any] = {
        "betas": (beta1**correction, BETA2**correction),
        "eps": EPSILON,
        "fused": True,
    }
    if rates.name == ADAM:
        return Adam(groups, **common)
    halves = [half for group in groups for half in _halves(group, rates.weight_decay)]
    return DECAYING[rates.name](halves, **common)


def _halves(group: dict[str, Any], decay: float) -> list[dict[str, Any]]:
    """The group's weights, which shrink by rate * decay in each step, and its vectors, which do not: biases,
    gains and the like.

    Source: AdamW, arXiv:1711.05101, algorithm 2.
    """
    weights = [parameter for parameter in group["params"] if parameter.ndim > 1]
    vectors = [parameter for parameter in group["params"] if parameter.ndim <= 1]
    return [
        {**group, "params": parameters, "weight_decay": share}
        for parameters, share in ((weights, decay), (vectors, 0.0))
        if parameters
    ]
