"""Images under affine maps: by copying whole pixels, or resampled without aliasing.

Beyond its edges an image goes on mirrored, as often as it takes. Everything is linear in the images and can
be differentiated any number of times, as R1 through the augmentation needs.

Source: ADA, arXiv:2006.06676, appendix B: upsampling by 2, bilinear sampling, downsampling by 2. The filter
is a root-raised cosine in the place of its sym6 wavelet: it has nearly the wavelet's property that going up
and down gives the image back, and is symmetric, so that a mirrored image stays mirrored.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

BILINEAR, NEAREST = 0, 1  # interpolations and
REFLECTION = 2  # the padding of aten's grid_sampler_2d
NUM_TAPS = 12


def filter_taps() -> Tensor:
    """The low-pass filter for factors of 2, [12] with sum 1, in float64.

    A root-raised cosine of roll-off 0.4 under a Kaiser window (beta 1). Up and down again, frequencies up to
    0.4 cycles a pixel come back times 0.97 to 1.02, and constants exactly.
    """
    roll_off = 0.4
    t = (torch.arange(NUM_TAPS, dtype=torch.float64) - (NUM_TAPS - 1) / 2) / 2  # in pixels of the image
    wave = torch.sin(math.pi * t * (1 - roll_off)) + 4 * roll_off * t * torch.cos(
        math.pi * t * (1 + roll_off)
    )
    taps = wave / (math.pi * t * (1 - (4 * roll_off * t) ** 2))
    taps = taps * torch.kaiser_window(NUM_TAPS, periodic=False, beta=1.0, dtype=torch.float64)
    return taps / taps.sum()


TAPS = filter_taps()


def copy_pixels(images: Tensor, inverse: Tensor) -> Tensor:
    """Images [B, C, R, R] under maps from pixels to pixels, bit for bit.

    ``inverse`` [B, 3, 3] takes a place in the result to the place it shows, in normalised coordinates.
    """
    return sample(images, places(inverse, centres(images.shape[-1])), NEAREST)


def resample(images: Tensor, inverse: Tensor) -> Tensor:
    """Images [B, C, R, R] under any maps; ``inverse`` as in ``copy_pixels``."""
    margin = NUM_TAPS // 2 - 1  # what the filter needs around the result
    finer = centres(2 * images.shape[-1], margin)
    return halve(sample(double(images), places(inverse, finer), BILINEAR))


def centres(resolution: int, margin: int = 0) -> Tensor:
    """Where the pixels of a side lie, and ``margin`` more at both ends: -1 and 1 are its outer edges."""
    return (torch.arange(-margin, resolution + margin, dtype=torch.float64) * 2 + 1) / resolution - 1


def places(inverse: Tensor, along: Tensor) -> Tensor:
    """Maps [B, 3, 3] at a square grid of places, ``along`` [N] each axis -> x and y [B, N, N, 2]."""
    along = along.to(inverse)
    x, y = along[None, :, None], along[:, None, None]  # [1, N, 1], [N, 1, 1]
    maps = inverse[:, None, None, :2]  # [B, 1, 1, 2, 3]
    return maps[..., 0] * x + maps[..., 1] * y + maps[..., 2]


def double(images: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, C, 2H, 2W], low-passed; mirrored at the edges."""
    # The channels become samples: the second derivative of a depthwise convolution is slow on CPUs.
    x = images.flatten(0, 1)[:, None]
    reach = NUM_TAPS // 4  # pixels of the neighbourhood that a tap can see
    crop = 2 * reach + NUM_TAPS // 2 - 1
    for dim in (2, 3):
        weight, stride, padding = _along(dim, 2 * TAPS.to(x), 2, crop)
        x = F.conv_transpose2d(_mirrored(x, reach, dim), weight, stride=stride, padding=padding)
    return x.reshape(*images.shape[:2], *x.shape[2:])


def halve(images: Tensor) -> Tensor:
    """[B, C, 2H + 10, 2W + 10] -> [B, C, H, W], low-passed; the margins are used up."""
    x = images.flatten(0, 1)[:, None]
    for dim in (2, 3):
        weight, stride, _ = _along(dim, TAPS.to(x), 2, 0)
        x = F.conv2d(x, weight, stride=stride)
    return x.reshape(*images.shape[:2], *x.shape[2:])


def _along(dim: int, taps: Tensor, stride: int, padding: int) -> tuple[Tensor, tuple, tuple]:
    """A kernel, stride and padding for one of the two dimensions of a picture."""
    if dim == 2:
        return taps[None, None, :, None], (stride, 1), (padding, 0)
    return taps[None, None, None, :], (1, stride), (0, padding)


def _mirrored(x: Tensor, reach: int, dim: int) -> Tensor:
    """``x`` with ``reach`` more at both ends of a dimension, mirrored at the edge."""
    size = x.shape[dim]
    first, last = x.narrow(dim, 0, reach), x.narrow(dim, size - reach, reach)
    return torch.cat([first.flip(dim), x, last.flip(dim)], dim=dim)


def sample(images: Tensor, grid: Tensor, interpolation: int) -> Tensor:
    """Images [B, C, H, W] at the places [B, h, w, 2] -> [B, C, h, w]; mirrored beyond the edges."""
    return _Sample.apply(images, grid, interpolation)


class _Sample(torch.autograd.Function):
    """``grid_sample`` for a constant grid: linear in the images, so that its derivatives are itself and its
    transpose, to any order. Most versions of torch have no second derivative of it.
    """

    @staticmethod
    def forward(ctx, images: Tensor, grid: Tensor, interpolation: int) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.interpolation, ctx.shape = interpolation, images.shape
        return torch.ops.aten.grid_sampler_2d(images, grid, interpolation, REFLECTION, False)

    @staticmethod
    def backward(ctx, grad: Tensor):
        (grid,) = ctx.saved_tensors
        return _Scatter.apply(grad, grid, ctx.interpolation, ctx.shape), None, None


class _Scatter(torch.autograd.Function):
    """The transpose of ``_Sample``: add each value to the pixels it came from."""

    @staticmethod
    def forward(ctx, grad: Tensor, grid: Tensor, interpolation: int, shape: torch.Size) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.interpolation = interpolation
        like = grad.new_zeros(()).expand(shape)  # only its shape matters
        return torch.ops.aten.grid_sampler_2d_backward(
            grad, like, grid, interpolation, REFLECTION, False, (True, False)
        )[0]

    @staticmethod
    def backward(ctx, grad: Tensor):
        (grid,) = ctx.saved_tensors
        return _Sample.apply(grad, grid, ctx.interpolation), None, None, None
