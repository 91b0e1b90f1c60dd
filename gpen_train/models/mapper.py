"""Mappers: from the encoder's code, or a random z, to the generator's w. Both are [B, D] -> [B, D]."""

import torch
from torch import Tensor, nn

from gpen_train.models.layers import EqualLinear


class MLPMapper(nn.Module):
    """gpen_v2's: LayerNorm, then linear layers with leaky ReLUs between them."""

    def __init__(self, style_dim: int, num_layers: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(style_dim)
        self.num_layers = num_layers
        for i in range(1, num_layers + 1):
            self.add_module(f"fc{i}", nn.Linear(style_dim, style_dim))

    def forward(self, code: Tensor) -> Tensor:
        w = self.norm(code)
        for i in range(1, self.num_layers + 1):
            w = getattr(self, f"fc{i}")(w)
            if i < self.num_layers:
                w = nn.functional.leaky_relu(w, 0.2)
        return w


class StyleGAN2Mapper(nn.Module):
    """StyleGAN2's: pixel norm, then equalized layers that learn at a hundredth of the rate.

    Source: StyleGAN, arXiv:1812.04948, appendix C.
    """

    RATE = 0.01

    def __init__(self, style_dim: int, num_layers: int) -> None:
        super().__init__()
        self.num_layers = num_layers
        for i in range(num_layers):
            self.add_module(f"fc{i}", EqualLinear(style_dim, style_dim, rate=self.RATE, activate=True))

    def forward(self, code: Tensor) -> Tensor:
        w = code * torch.rsqrt(code.square().mean(dim=1, keepdim=True) + 1e-8)
        for i in range(self.num_layers):
            w = getattr(self, f"fc{i}")(w)
        return w
