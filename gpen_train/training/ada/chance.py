"""Random numbers for a batch, one a sample, and whether they take effect."""

import torch
from torch import Tensor


class Chance:
    """Draws for ``num`` samples from the generator ``random``; all results lie where ``p`` lies.

    Every method draws, whether or not the result takes effect: what a sample is given depends on the state
    of ``random`` alone, never on ``p``.
    """

    def __init__(self, num: int, p: Tensor, random: torch.Generator) -> None:
        self.num, self.p, self.random = num, p, random

    def happens(self, p: Tensor | None = None) -> Tensor:
        """True with probability ``p``, or the common one -> bool [num]."""
        return self.uniform(0, 1) < (self.p if p is None else p)

    def uniform(self, low: float, high: float) -> Tensor:
        """[num], at least ``low`` and below ``high``."""
        drawn = torch.rand(self.num, generator=self.random, device=self.random.device)
        return drawn.to(self.p.device) * (high - low) + low

    def whole(self, below: int) -> Tensor:
        """0 .. below - 1, all as likely -> [num], integers."""
        return self.uniform(0, below).long().clamp_(max=below - 1)

    def normal(self, deviation: float) -> Tensor:
        """[num], around 0."""
        drawn = torch.randn(self.num, generator=self.random, device=self.random.device)
        return drawn.to(self.p.device) * deviation

    def factor(self, octaves: float) -> Tensor:
        """[num], log-normal around 1: 2 ** normal(octaves)."""
        return torch.exp2(self.normal(octaves))
