"""Linear layers and convolutions, their gains folded into weights and biases."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models import filters
from gpen_train.models.frozen.bands import bands, empty_map, rows_of
from gpen_train.models.layers import FLOAT16_LIMIT, SLOPE, EqualConv2d, EqualLinear


def fixed(value: Tensor) -> nn.Parameter:
    """``value`` as a parameter that is not trained."""
    return nn.Parameter(value.detach().clone(), requires_grad=False)


def kernel_of(weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
    """A convolution's weight in ``dtype`` (float64 stays), in the layout of the maps."""
    dtype = weight.dtype if weight.dtype == torch.float64 else dtype
    return fixed(weight.to(dtype).contiguous(memory_format=torch.channels_last))


def activate(x: Tensor) -> None:
    """``layers.leaky_relu``, in place wherever ``x`` lies."""
    F.leaky_relu_(x, SLOPE)
    if x.dtype == torch.float16:
        x.clamp_(-FLOAT16_LIMIT, FLOAT16_LIMIT)


class FrozenLinear(nn.Module):
    """EqualLinear, or ``nn.Linear``."""

    def __init__(self, layer: EqualLinear | nn.Linear, dtype: torch.dtype) -> None:
        super().__init__()
        equal = isinstance(layer, EqualLinear)
        self.weight = fixed(layer.weight * layer.weight_gain if equal else layer.weight)
        self.bias = fixed(layer.bias * layer.bias_gain if equal else layer.bias)
        self.activate = equal and layer.activate

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x.to(self.weight.dtype), self.weight, self.bias)
        if self.activate:
            activate(y)
        return y


class FrozenConv2d(nn.Module):
    """``nn.Conv2d``; it takes maps of any type."""

    def __init__(self, layer: nn.Conv2d, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight = kernel_of(layer.weight, dtype)
        self.bias = None if layer.bias is None else fixed(layer.bias.to(self.weight.dtype))
        self.stride, self.padding = layer.stride, layer.padding

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x.to(self.weight.dtype), self.weight, self.bias, self.stride, self.padding)


class FrozenEqualConv2d(nn.Module):
    """EqualConv2d."""

    def __init__(self, layer: EqualConv2d, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight = kernel_of(layer.weight * layer.weight_gain, dtype)
        self.bias = None if layer.bias is None else fixed((layer.bias * layer.gain).to(self.weight.dtype))
        self.size, self.down, self.activate = layer.size, layer.down, layer.activate

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        x = x.to(self.weight.dtype)
        step = 2 if self.down else 1
        out = empty_map(x, len(self.weight), x.shape[2] // step, x.shape[3] // step)
        for start, stop in bands(x, out):
            own = out[:, :, start:stop]
            own.copy_(self.convolve(x, start, stop))
            if self.activate:
                activate(own)
        return out

    def convolve(self, x: Tensor, start: int, stop: int) -> Tensor:
        """The rows [start, stop) of the output."""
        margin = self.size // 2
        if not self.down:
            x = rows_of(x, start - margin, stop + margin)
            return F.conv2d(x, self.weight, self.bias, padding=(0, margin))
        # The filter reaches a row up and two down.
        x = rows_of(x, 2 * start - 1 - margin, 2 * stop + 1 + margin)
        y = filters.blur(x, padding=(0, 1 + margin))
        return F.conv2d(y, self.weight, self.bias, stride=2)
