"""Contestants without a prior: a plain residual U-Net that learns by L1, or has an adversarial loss too.

A training step costs about what the quickstart's does; the discriminator is the same.
"""

from collections.abc import Iterable
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gpen_train.losses.adversarial import logistic_d, logistic_g
from gpen_train.losses.r1 import squared_gradient

WIDTHS = (24, 48, 96, 128)
RATE, CONTENT, DECAY = 1e-3, 50.0, 0.998
R1, R1_EVERY = 10.0, 16


class Block(nn.Module):
    """[B, C, H, W] -> [B, C, H, W]: two convolutions and what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(x), 0.2))


class UNet(nn.Module):
    """Degraded faces [B, 3, R, R] in [-1, 1] -> restored ones; it computes the difference."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.start = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(Block(width) for width in widths)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(widths))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(b, a, 4, 2, 1) for a, b in pairwise(widths))
        self.up_blocks = nn.ModuleList(Block(width) for width in widths[:-1])
        self.end = nn.Conv2d(widths[0], 3, 3, padding=1)
        nn.init.zeros_(self.end.weight)

    def forward(self, degraded: Tensor) -> Tensor:
        x, kept = self.start(degraded), []
        for block, down in zip(self.down_blocks, self.downs, strict=False):
            x = block(x)
            kept.append(x)
            x = down(x)
        x = self.down_blocks[-1](x)
        for block, up in zip(reversed(self.up_blocks), reversed(self.ups), strict=True):
            x = block(up(x) + kept.pop())
        return degraded + self.end(x)


def train(
    network: UNet, discriminator: nn.Module | None, batches: Iterable[tuple[Tensor, Tensor]]
) -> AveragedModel:
    """The average of the weights after batches of degraded and clean faces [B, 3, R, R] in [-1, 1].

    Without a discriminator it learns by L1 alone.
    """
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(DECAY))
    optimizer = Adam(network.parameters(), RATE, (0.9, 0.99))
    judge = Adam(discriminator.parameters(), RATE, (0.0, 0.99)) if discriminator else None
    for step, (degraded, clean) in enumerate(batches):
        restored = network(degraded)
        loss = CONTENT * F.l1_loss(restored, clean)
        if discriminator and judge:
            is_penalized = step % R1_EVERY == 0
            real = clean.requires_grad_(is_penalized)
            logits = discriminator(real)
            own = logistic_d(logits, discriminator(restored.detach()))
            if is_penalized:
                own = own + R1_EVERY * R1 / 2 * squared_gradient(logits, real)
            judge.zero_grad()
            own.backward()
            judge.step()
            loss = loss + logistic_g(discriminator(restored))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update_parameters(network)
    return average
