"""A network made ready for inference: the same structure, its layers replaced by those of ``frozen``."""

import copy
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils.parametrize import type_before_parametrizations

from gpen_train.models.frozen.layers import FrozenConv2d, FrozenEqualConv2d, FrozenLinear
from gpen_train.models.frozen.synthesis import FrozenSynthesisLayer, FrozenToRGB
from gpen_train.models.layers import EqualConv2d, EqualLinear
from gpen_train.models.synthesis import SynthesisLayer, ToRGB

Network = TypeVar("Network", bound=nn.Module)

FROZEN: dict[type[nn.Module], Callable[..., nn.Module]] = {
    nn.Linear: FrozenLinear,
    EqualLinear: FrozenLinear,
    nn.Conv2d: FrozenConv2d,
    EqualConv2d: FrozenEqualConv2d,
    SynthesisLayer: FrozenSynthesisLayer,
    ToRGB: FrozenToRGB,
}


def frozen(model: Network, dtype: torch.dtype) -> Network:
    """A copy of ``model`` that computes the same from its weights as they are now, without gradients.

    Convolutions have weights and maps of ``dtype``; styles, mapper and image keep the weights' own type.
    """
    ready: dict[int, nn.Module] = {}  # deepcopy takes these where it would copy the originals
    for layer in model.modules():
        # A layer with an adapter gives out the weight that it computes with.
        kind = type_before_parametrizations(layer)
        if kind in FROZEN:
            ready[id(layer)] = FROZEN[kind](layer, dtype)
    return copy.deepcopy(model, ready).eval().requires_grad_(False)
