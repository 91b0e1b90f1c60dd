"""The generator's layers: gains folded, the sums of squares of modulated kernels kept, maps written once."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models import filters
from gpen_train.models.frozen.bands import bands, empty_map, rows_of
from gpen_train.models.frozen.layers import FrozenLinear, activate, fixed, kernel_of
from gpen_train.models.layers import GAIN
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.synthesis import SynthesisLayer, ToRGB


class FrozenModulatedConv2d(nn.Module):
    """ModulatedConv2d, its kernel's sums of squares kept."""

    def __init__(self, layer: ModulatedConv2d, dtype: torch.dtype) -> None:
        super().__init__()
        weight = layer.weight * layer.weight_gain
        # A transposed convolution takes [I, O, k, k]: turned round each time, it costs more than small maps.
        self.weight = kernel_of(weight.transpose(0, 1) if layer.up else weight, dtype)
        self.energy = fixed(weight.square().sum(dim=(2, 3)).T)  # [I, O]
        self.affine = FrozenLinear(layer.affine, dtype)
        self.size, self.up, self.gain = layer.size, layer.up, layer.gain

    def scales(self, w: Tensor) -> tuple[Tensor, Tensor]:
        """The factors of the input [B, I, 1, 1] and of the output [B, O, 1, 1], of the maps' type."""
        scale = self.affine(w)
        scale = scale / scale.abs().amax(dim=1, keepdim=True).clamp_min(1e-8)
        norm = torch.rsqrt(scale.square() @ self.energy + 1e-8) * self.gain
        return scale.to(self.weight.dtype)[..., None, None], norm.to(self.weight.dtype)[..., None, None]

    def convolve(self, x: Tensor) -> Tensor:
        """The output of a band, without its factors: x [B, I, H + 2, W] has a row more on either side."""
        if not self.up:
            return F.conv2d(x, self.weight, padding=(0, 1))
        y = F.conv_transpose2d(x, self.weight, stride=2)
        return filters.blur(y[:, :, 1:-1], padding=(0, 1), gain=4.0)


class FrozenSynthesisLayer(FrozenModulatedConv2d):
    """SynthesisLayer; it may overwrite x."""

    def __init__(self, layer: SynthesisLayer, dtype: torch.dtype) -> None:
        super().__init__(layer, dtype)
        bias = (layer.bias * GAIN).to(self.weight.dtype)[None, :, None, None]
        self.bias = fixed(bias)  # [1, O, 1, 1], or twice as wide
        self.strength = fixed(layer.strength)
        self.concatenates = layer.concatenates

    @torch.no_grad()
    def forward(self, x: Tensor, w: Tensor, injected: Tensor | None) -> Tensor:
        x = x.to(self.weight.dtype)
        scale, norm = self.scales(w)
        own = norm.shape[1]  # channels; the others are injected
        step = 2 if self.up else 1
        # Nobody else reads what conv1 takes, unless it is the constant of 4 px: the output goes there.
        in_place = not self.up and x.shape[2] > 4
        out = x if in_place else empty_map(x, self.bias.shape[1], step * x.shape[2], step * x.shape[3])
        above = x.new_empty(0)
        for start, stop in bands(x, out):
            band = rows_of(x, start // step - 1, stop // step + 1) * scale
            if in_place:
                if start:
                    band[:, :, :1] = above  # the last row of the band before is overwritten
                above = band[:, :, -2:-1].clone()
            y = self.convolve(band)
            rows = out[:, :, start:stop]
            given = None if injected is None else injected[..., start:stop, :].to(y.dtype)
            if self.concatenates:
                torch.addcmul(self.bias[:, :own], y, norm, out=rows[:, :own])
                torch.addcmul(self.bias[:, own:], given, self.strength * GAIN, out=rows[:, own:])
            else:
                torch.addcmul(self.bias, y, norm, out=rows)
                if given is not None:
                    rows.add_(given)
            activate(rows)
        return out


class FrozenToRGB(FrozenModulatedConv2d):
    """ToRGB, as one matrix product."""

    def __init__(self, layer: ToRGB, dtype: torch.dtype) -> None:
        super().__init__(layer, dtype)
        self.bias = fixed(layer.bias)

    @torch.no_grad()
    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        weight = self.weight.flatten(1) * self.affine(w)[:, None]  # [B, 3, I]
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # [B, H * W, I], as they lie in memory
        image = (pixels @ weight.to(x.dtype).transpose(1, 2)).to(self.bias.dtype) + self.bias
        return image.unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)
