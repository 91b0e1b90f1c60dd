"""Adam as StyleGAN2 uses it, with one learning rate a part."""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn
from torch.optim import Adam

from gpen_train.models.gpen import GPEN


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
                raise ValueError(
                    f"learning_rates.{part} is {rate}; give 0 to keep the part as it is, or more"
                )


def generator_optimizer(model: GPEN, rates: LearningRates, beta2: float = 0.99) -> Adam:
    """Adam for encoder, mapper and generator, a parameter group each."""
    mapper_rate = rates.encoder if rates.mapper is None else rates.mapper
    parts = {"encoder": rates.encoder, "mapper": mapper_rate, "generator": rates.generator}
    groups = [
        {"params": list(getattr(model, part).parameters()), "lr": rate, "name": part}
        for part, rate in parts.items()
    ]
    return _adam(groups, beta2, lazy_every=None)


def discriminator_optimizer(
    discriminator: nn.Module, rates: LearningRates, lazy_every: int | None, beta2: float = 0.99
) -> Adam:
    """Adam for the discriminator, whose R1 comes once in ``lazy_every`` steps (None: never)."""
    groups = [
        {"params": list(discriminator.parameters()), "lr": rates.discriminator, "name": "discriminator"}
    ]
    return _adam(groups, beta2, lazy_every)


def _adam(groups: Iterable[dict], beta2: float, lazy_every: int | None) -> Adam:
    """Rate and beta2 corrected for lazy regularisation: with c = every / (every + 1), lr * c and beta2 ** c.

    Source: StyleGAN2, arXiv:1912.04958, appendix B.
    """
    correction = 1.0 if lazy_every is None else lazy_every / (lazy_every + 1)
    for group in groups:
        group["lr"] *= correction
    return Adam(groups, betas=(0.0, beta2**correction), eps=1e-8, fused=True)
