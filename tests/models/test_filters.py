"""The filters against their definition: zero insertion, a full 2-D convolution, decimation."""

import pytest
import torch
import torch.nn.functional as F

from gpen_train.models import filters


def full_convolution(x, gain, up, down, pad_before, pad_after):
    """upfirdn2d as StyleGAN2 defines it; slow and obvious."""
    batch, channels, height, width = x.shape
    spread = x.new_zeros(batch, channels, height * up, width * up)
    spread[:, :, ::up, ::up] = x
    padded = F.pad(spread, (pad_before, pad_after, pad_before, pad_after))
    weight = filters.kernel(gain).to(x).flip(0, 1).expand(channels, 1, 4, 4)
    return F.conv2d(padded, weight, groups=channels)[:, :, ::down, ::down]


CASES = {
    "blur before a strided convolution": (lambda x: filters.blur(x, 2), (1.0, 1, 1, 2, 2)),
    "blur after a transposed convolution": (lambda x: filters.blur(x, 1, 4.0), (4.0, 1, 1, 1, 1)),
    "downsample": (filters.downsample, (1.0, 1, 2, 1, 1)),
    "upsample": (filters.upsample, (4.0, 2, 1, 2, 1)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("with_gradient", [True, False])
def test_equals_its_definition(case, with_gradient):
    operation, definition = CASES[case]
    x = torch.randn(2, 3, 8, 10, dtype=torch.double, requires_grad=with_gradient)
    torch.testing.assert_close(operation(x), full_convolution(x, *definition))


@pytest.mark.parametrize("case", CASES)
def test_second_derivatives(case):
    x = torch.randn(1, 2, 4, 6, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradgradcheck(CASES[case][0], x)


def test_a_constant_image_stays_constant():
    x = torch.ones(1, 1, 16, 16)
    torch.testing.assert_close(filters.upsample(x)[..., 2:-2, 2:-2], torch.ones(1, 1, 28, 28))
    torch.testing.assert_close(filters.downsample(x)[..., 1:-1, 1:-1], torch.ones(1, 1, 6, 6))


def test_autocast_leaves_a_float32_image_alone():
    x = torch.randn(1, 3, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        y = filters.upsample(x)
    assert y.dtype == torch.float32
    torch.testing.assert_close(y, filters.upsample(x))
