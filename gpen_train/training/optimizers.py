"""Adam as StyleGAN2 uses it, with one learning rate a part."""

from dataclasses import dataclass

from torch import nn
from torch.optim import Adam

from gpen_train.models.gpen import GPEN

BETA2, EPSILON = 0.99, 1e-8


@dataclass
class LearningRates:
    """Adam with one learning rate a part; the mapper goes with the encoder unless it is given its own."""

    encoder: float = 2e-3
    generator: float = 2e-4
    discriminator: float = 2e-5
    mapper: float | None = None
    beta1: float = 0.0  # of encoder, mapper and generator; the discriminator's is 0

    def check(self) -> None:
        """Raise ValueError for a negative rate. 0 keeps a part as it is."""
        for part in ("encoder", "mapper", "generator", "discriminator"):
            rate = getattr(self, part)
            if rate is not None and rate < 0:
                raise ValueError(f"optimizer.{part} is {rate}; give 0 to keep the part as it is, or more")
        if not 0 <= self.beta1 < 1:
            raise ValueError(f"optimizer.beta1 is {self.beta1}; give a number from 0 to below 1")


def generator_optimizer(model: GPEN, rates: LearningRates) -> Adam:
    """Adam for encoder, mapper and generator, a parameter group each."""
    mapper_rate = rates.encoder if rates.mapper is None else rates.mapper
    parts = {"encoder": rates.encoder, "mapper": mapper_rate, "generator": rates.generator}
    groups = [
        {"params": list(getattr(model, part).parameters()), "lr": rate, "name": part}
        for part, rate in parts.items()
    ]
    return Adam(groups, betas=(rates.beta1, BETA2), eps=EPSILON, fused=True)


def discriminator_optimizer(discriminator: nn.Module, rates: LearningRates, lazy_every: int | None) -> Adam:
    """Adam for the discriminator, whose R1 comes once in ``lazy_every`` steps (None: never).

    Rate and beta2 are corrected for that: with c = every / (every + 1), rate * c and beta2 ** c.

    Source: StyleGAN2, arXiv:1912.04958, appendix B.
    """
    correction = 1.0 if lazy_every is None else lazy_every / (lazy_every + 1)
    group = {
        "params": list(discriminator.parameters()),
        "lr": rates.discriminator * correction,
        "name": "discriminator",
    }
    return Adam([group], betas=(0.0, BETA2**correction), eps=EPSILON, fused=True)
