"""Low-rank adapters: weights that stay as they are, each with a difference of low rank that learns.

Source: LoRA, arXiv:2106.09685, section 4.1; the scale is rsLoRA's, arXiv:2312.03732, equation 5.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from gpen_train.models.layers import EqualConv2d, EqualLinear
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.precision import without_autocast

ADAPTED = (nn.Conv2d, nn.Linear, EqualConv2d, EqualLinear, ModulatedConv2d)
OF_WEIGHT = "parametrizations.weight."  # between a layer's name and a tensor's, where it has an adapter


class Adapter(nn.Module):
    """weight [O, I, ..] -> the weight that the layer computes with, of the same shape.

        weight' = weight + up @ down / sqrt(rank)        up [O, rank], down [rank, I * ..]

    A kernel is the matrix of its outputs by all that they are summed over. ``up`` starts at zero, so that the
    layer starts as it was, ``down`` at unit variance: Adam's first step then moves the entries of the weight
    about as far as a step of their own would, whatever the rank. The rank is at most the matrix's own.
    """

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = len(weight), weight[0].numel()
        rank = min(rank, outputs, inputs)
        self.up = nn.Parameter(weight.new_zeros(outputs, rank))
        self.down = nn.Parameter(torch.randn(rank, inputs, dtype=weight.dtype, device=weight.device))

    def forward(self, weight: Tensor) -> Tensor:
        return with_difference(weight, self.up, self.down)


def with_difference(weight: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """``weight`` [O, I, ..] + up [O, R] @ down [R, I * ..] / sqrt(R)."""
    with without_autocast(weight):
        return weight + (up @ down / math.sqrt(len(down))).view(weight.shape)


def adapt(network: nn.Module, rank: int) -> None:
    """Give each convolution and linear layer that learns an adapter, and let nothing else learn.

    The names in the state dict of an adapted layer change: see ``merged``.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, ADAPTED)]
    learning = [layer for layer in layers if layer.weight.requires_grad]
    network.requires_grad_(False)
    for layer in learning:
        parametrize.register_parametrization(layer, "weight", Adapter(layer.weight, rank))


def adapters(network: nn.Module) -> Iterator[Adapter]:
    """Those that a network has."""
    return (module for module in network.modules() if isinstance(module, Adapter))


def merged(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Named tensors of a network with adapters, as those of the network without them that computes the same.

    The sums are those that the adapted layers compute with, to the last bit. What has no adapter stays as it
    is, and so does what is none: an adapter that lacks a matrix, or whose matrices do not fit.
    """
    plain = dict(state)
    for name, weight in state.items():
        layer, found, tensor = name.rpartition(OF_WEIGHT)
        matrices = [f"{layer}{OF_WEIGHT}0.{which}" for which in ("up", "down")]
        if found and tensor == "original" and _fit(weight, *map(state.get, matrices)):
            up, down = (plain.pop(matrix) for matrix in matrices)
            plain[f"{layer}weight"] = with_difference(plain.pop(name), up, down)
    return plain


def _fit(weight: Tensor, up: Tensor | None, down: Tensor | None) -> bool:
    """Whether the matrices are those of an adapter of ``weight``."""
    if up is None or down is None or not weight.dtype == up.dtype == down.dtype:
        return False
    shapes = (len(weight), len(down)) if weight.ndim and weight.numel() and down.ndim == 2 else None
    return tuple(up.shape) == shapes and up.numel() > 0 and len(down[0]) == weight[0].numel()
