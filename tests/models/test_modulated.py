"""The modulated convolution and its layers against the paper's definition, and in low precision."""

import pytest
import torch
import torch.nn.functional as F

from gpen_train.models import filters
from gpen_train.models.layers import GAIN, EqualConv2d, EqualLinear
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.synthesis import SynthesisLayer


def by_definition(conv, x, w):
    """Build every sample's kernel as the paper writes it; slow and obvious."""
    out = []
    for sample, scale in zip(x, conv.affine(w), strict=True):
        kernel = conv.weight * conv.weight_gain * scale[None, :, None, None]
        if conv.demodulate:
            kernel = kernel / kernel.square().sum(dim=(1, 2, 3), keepdim=True).add(1e-8).sqrt()
        if conv.up:
            y = F.conv_transpose2d(sample[None], kernel.transpose(0, 1), stride=2)
            y = filters.blur(y, padding=1, gain=4.0)
        else:
            y = F.conv2d(sample[None], kernel, padding=conv.size // 2)
        out.append(y * conv.gain)
    return torch.cat(out)


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("up", [True, False])
def test_equals_its_definition(demodulate, up):
    conv = ModulatedConv2d(8, 6, 3, style_dim=16, up=up, demodulate=demodulate, gain=1.5).double()
    x, w = torch.randn(3, 8, 7, 5).double(), 3 * torch.randn(3, 16).double()
    torch.testing.assert_close(conv(x, w, torch.zeros(1)), by_definition(conv, x, w))


def test_the_offset_is_added():
    conv = ModulatedConv2d(4, 6, 3, style_dim=8)
    x, w, offset = torch.randn(2, 4, 8, 8), torch.randn(2, 8), torch.randn(2, 6, 8, 8)
    torch.testing.assert_close(conv(x, w, offset), conv(x, w, torch.zeros(1)) + offset)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_large_styles_stay_finite_in_low_precision(dtype):
    conv = ModulatedConv2d(64, 32, 3, style_dim=16, gain=GAIN)
    x, w = 10 * torch.randn(2, 64, 8, 8), 1e4 * torch.randn(2, 16)
    wanted = conv(x, w, torch.zeros(1))
    with torch.autocast("cpu", dtype):
        y = conv(x.to(dtype), w, torch.zeros(1))
    assert y.dtype == dtype
    assert y.isfinite().all()
    assert (y - wanted).abs().mean() < 0.02 * wanted.abs().mean()


def test_refuses_a_style_of_another_width():
    conv = ModulatedConv2d(8, 6, 3, style_dim=16)
    with pytest.raises(ValueError, match=r"w has the shape \[1, 15\]; expected \[1, 16\]"):
        conv(torch.randn(1, 8, 4, 4), torch.randn(1, 15), torch.zeros(1))


def test_concatenation_by_definition():
    """The released order: convolve, concatenate the scaled features, bias, leaky ReLU with gain sqrt 2."""
    layer = SynthesisLayer(4, 6, style_dim=8, up=False, concatenates=True)
    with torch.no_grad():
        layer.bias.normal_()
        layer.strength.fill_(0.7)
    x, w, features = torch.randn(2, 4, 8, 8), torch.randn(2, 8), torch.randn(2, 6, 8, 8)
    layer.gain = 1.0
    y = torch.cat([by_definition(layer, x, w), features * layer.strength], dim=1)
    layer.gain = GAIN
    wanted = F.leaky_relu(y + layer.bias[None, :, None, None], 0.2) * 2**0.5
    torch.testing.assert_close(layer(x, w, features), wanted, rtol=1e-4, atol=1e-5)


def test_equalized_layers_by_definition():
    linear = EqualLinear(6, 4, bias=1.0, rate=0.01, activate=True)
    x = torch.randn(3, 6)
    wanted = F.leaky_relu(x @ (linear.weight * 0.01 / 6**0.5).T + linear.bias * 0.01, 0.2) * 2**0.5
    torch.testing.assert_close(linear(x), wanted)

    conv = EqualConv2d(3, 5, 3, down=True)
    image = torch.randn(2, 3, 8, 8)
    y = F.conv2d(filters.blur(image, 2), conv.weight / 27**0.5, stride=2) + conv.bias[:, None, None]
    torch.testing.assert_close(conv(image), F.leaky_relu(y, 0.2) * 2**0.5)
