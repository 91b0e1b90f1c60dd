"""Low-pass filtering, halving and doubling with StyleGAN2's [1, 3, 3, 1] filter.

Every operation is a depthwise convolution with the same symmetric kernel or its transpose, so the two
are each other's gradient, to any order. Torch's own second derivative of a depthwise convolution is
some thirty times slower on CPUs, and R1 and path-length regularisation need it.

Source: StyleGAN2, arXiv:1912.04958, section 4.2 and the ``upfirdn2d`` operation of its code.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.models.precision import without_autocast

TAPS = (1.0, 3.0, 3.0, 1.0)


def kernel(gain: float = 1.0) -> Tensor:
    """The 4 x 4 kernel, whose sum is ``gain``."""
    taps = torch.tensor(TAPS)
    return torch.outer(taps, taps) * (gain / sum(TAPS) ** 2)


def blur(x: Tensor, padding: int | tuple[int, int], gain: float = 1.0) -> Tensor:
    """[B, C, H, W] -> [B, C, H', W'] with H' = H + 2 * padding - 3; the border is zero.

    ``padding`` may be one number for rows and one for columns.
    """
    return _apply(_Correlate, x, gain, 1, padding)


def downsample(x: Tensor) -> Tensor:
    """Halve the sides: [B, C, H, W] -> [B, C, H / 2, W / 2]."""
    return _apply(_Correlate, x, 1.0, 2, 1)


def upsample(x: Tensor) -> Tensor:
    """Double the sides: [B, C, H, W] -> [B, C, 2H, 2W]. Zeros beyond the border, as in StyleGAN2."""
    return _apply(_Spread, x, 4.0, 2, 1)


def _apply(operation: type["_Correlate"] | type["_Spread"], x: Tensor, *how: Any) -> Tensor:
    # Without gradients the plain operation is the same, and can be traced and exported.
    return operation.apply(x, *how) if x.requires_grad else operation.compute(x, *how)


def _depthwise(convolve, x: Tensor, gain: float, stride: int, padding: int | tuple[int, int]) -> Tensor:
    num_channels = x.shape[1]
    weight = kernel(gain).to(x.device, x.dtype).expand(num_channels, 1, 4, 4)
    with without_autocast(x):  # keeps a float32 image in float32
        return convolve(x, weight, stride=stride, padding=padding, groups=num_channels)


class _Correlate(torch.autograd.Function):
    """Filter, then keep every ``stride``-th pixel."""

    @staticmethod
    def compute(x: Tensor, gain: float, stride: int, padding: int | tuple[int, int]) -> Tensor:
        return _depthwise(F.conv2d, x, gain, stride, padding)

    @staticmethod
    def forward(ctx, x: Tensor, gain: float, stride: int, padding: int | tuple[int, int]) -> Tensor:
        ctx.how = (gain, stride, padding)
        return _Correlate.compute(x, *ctx.how)

    @staticmethod
    def backward(ctx, grad: Tensor):
        return _Spread.apply(grad, *ctx.how), None, None, None


class _Spread(torch.autograd.Function):
    """The transpose of ``_Correlate``: set the pixels ``stride`` apart, then filter."""

    @staticmethod
    def compute(x: Tensor, gain: float, stride: int, padding: int | tuple[int, int]) -> Tensor:
        return _depthwise(F.conv_transpose2d, x, gain, stride, padding)

    @staticmethod
    def forward(ctx, x: Tensor, gain: float, stride: int, padding: int | tuple[int, int]) -> Tensor:
        ctx.how = (gain, stride, padding)
        return _Spread.compute(x, *ctx.how)

    @staticmethod
    def backward(ctx, grad: Tensor):
        return _Correlate.apply(grad, *ctx.how), None, None, None
