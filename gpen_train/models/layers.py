"""Equalized layers: parameters of unit variance, scaled at run time so that all learn at one rate.

Source: ProGAN, arXiv:1710.10196, section 4.1.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models import filters

SLOPE = 0.2  # of the leaky ReLU
GAIN = math.sqrt(2)  # keeps the variance through the leaky ReLU
FLOAT16_LIMIT = 256.0  # activations beyond it only come before an overflow (StyleGAN2-ADA's conv_clamp)


def leaky_relu(x: Tensor) -> Tensor:
    """Leaky ReLU in place, on a fresh ``x`` that already carries GAIN; limited in float16.

    leaky_relu(x) * GAIN = leaky_relu(x * GAIN), so the gain goes into weights and biases for free.
    """
    y = F.leaky_relu(x, SLOPE, inplace=True)
    return y.clamp(-FLOAT16_LIMIT, FLOAT16_LIMIT) if y.dtype == torch.float16 else y


class EqualLinear(nn.Module):
    """x [.., I] -> [.., O], through a leaky ReLU if ``activate``."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: float = 0.0,  # where the bias starts
        rate: float = 1.0,  # learning rate relative to the other layers
        activate: bool = False,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / rate)
        self.bias = nn.Parameter(torch.full((out_features,), float(bias)))
        gain = GAIN if activate else 1.0
        self.weight_gain = gain * rate / math.sqrt(in_features)
        self.bias_gain = gain * rate
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight * self.weight_gain, self.bias * self.bias_gain)
        return leaky_relu(y) if self.activate else y


class EqualConv2d(nn.Module):
    """x [B, I, H, W] -> [B, O, H, W], half the sides if ``down``, through a leaky ReLU if ``activate``."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        size: int,  # of the kernel, odd
        down: bool = False,
        activate: bool = True,
        bias: bool = True,
        gain: float | None = None,  # of the output; None: GAIN if it is activated, else 1
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, size, size))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.gain = gain or (GAIN if activate else 1.0)
        self.weight_gain = self.gain / math.sqrt(in_channels * size**2)
        self.size, self.down, self.activate = size, down, activate

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight * self.weight_gain
        bias = None if self.bias is None else self.bias * self.gain
        if not self.down:
            y = F.conv2d(x, weight, bias, padding=self.size // 2)
        elif self.size == 1:
            y = F.conv2d(filters.downsample(x), weight, bias)
        else:
            y = F.conv2d(filters.blur(x, padding=2), weight, bias, stride=2)
        return leaky_relu(y) if self.activate else y
