"""The modulated convolution of StyleGAN2."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models import filters
from gpen_train.models.layers import EqualLinear
from gpen_train.models.precision import upcast, without_autocast
from gpen_train.shapes import check_shape


class ModulatedConv2d(nn.Module):
    """Convolve each sample with its own kernel: the shared weight, rescaled by a style.

    x [B, I, H, W], w [B, D]  ->  [B, O, H, W] (twice the sides if ``up``) + offset, which broadcasts to it

        modulate     k'[b, o, i]  = s[b, i] * k[o, i]          s = affine(w), whose bias starts at 1
        demodulate   k''[b, o, i] = k'[b, o, i] / |k'[b, o]|   norm over i and the kernel

    Scaling the input by s and the output by 1 / |k'| is the same sum, needs no grouped convolution and
    keeps the batch size free when exported. Demodulation cancels any common factor of s, so s is first
    divided by its largest entry: the input then never grows, which float16 needs.

    Source: StyleGAN2, arXiv:1912.04958, section 2.2, equations 1 and 3; the normalised style is
    StyleGAN2-ADA's (arXiv:2006.06676, appendix D).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        size: int,  # of the kernel, odd
        style_dim: int,
        up: bool = False,
        demodulate: bool = True,
        gain: float = 1.0,  # of the output
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, size, size))
        self.affine = EqualLinear(style_dim, in_channels, bias=1.0)
        self.weight_gain = 1 / math.sqrt(in_channels * size**2)
        self.size, self.style_dim, self.up = size, style_dim, up
        self.demodulate, self.gain = demodulate, gain

    def scales(self, weight: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """The factors of the input [B, I] and of the output [B, O] or [], in float32."""
        with without_autocast(w):
            scale = self.affine(upcast(w))
            if not self.demodulate:
                return scale, scale.new_tensor(self.gain)
            largest = scale.detach().abs().amax(dim=1, keepdim=True)
            scale = scale / largest.clamp_min(1e-8)
            energy = upcast(weight).square().sum(dim=(2, 3))  # [O, I]
            return scale, torch.rsqrt(scale.square() @ energy.T + 1e-8) * self.gain

    def forward(self, x: Tensor, w: Tensor, offset: Tensor) -> Tensor:
        weight = self.weight * self.weight_gain
        check_shape("x", x, None, weight.shape[1], None, None)
        check_shape("w", w, x.shape[0], self.style_dim)
        scale, norm = self.scales(weight, w)
        x = x * scale.to(x.dtype)[:, :, None, None]
        if self.up:
            y = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)  # [B, O, 2H + 1, 2W + 1]
            y = filters.blur(y, padding=1, gain=4.0)
        else:
            y = F.conv2d(x, weight, padding=self.size // 2)
        return torch.addcmul(offset.to(y.dtype), y, norm.to(y.dtype)[..., None, None])
