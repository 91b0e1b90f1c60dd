"""A GPEN that computes in float16 where that is safe, with every cast in the open, so that it can be traced.

Autocast would choose nearly the same places, but its regions cannot be converted to ONNX.

    in float16   the convolutions of the encoder and of the synthesis layers, their activations
    in float32   the encoder's last linear layer, the mapper, styles, demodulation (sums of squares), the
                 layers to RGB, and the image

Activations are limited to +-256 by ``layers.leaky_relu``, as everywhere in float16. A ResNet's, which have no
such limit, are compared with PyTorch's like the rest before the file is kept.
"""

import copy

import torch
from torch import Tensor, nn

from gpen_train.models.gpen import GPEN
from gpen_train.models.layers import EqualConv2d
from gpen_train.models.precision import upcast
from gpen_train.models.synthesis import SynthesisLayer


class InFloat32(nn.Module):
    """``layer`` on inputs that are cast to float32 first."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.layer(*map(upcast, inputs))


def in_float16(model: GPEN) -> GPEN:
    """A copy of ``model`` with all weights rounded to float16, and the convolutions computed in it.

    Its encoder takes a degraded image in float16; code, w and the restored image are float32.
    """
    half = copy.deepcopy(model).half().float()
    generator = half.generator
    for module in half.modules():
        if isinstance(module, EqualConv2d | nn.Conv2d):
            module.half()
        elif isinstance(module, SynthesisLayer):  # what it adds and multiplies with is cast where it is used
            module.weight.data = module.weight.data.half()
    generator.b4.const.data = generator.b4.const.data.half()
    half.encoder.fc = InFloat32(half.encoder.fc)
    for side in generator.resolutions:
        block = getattr(generator, f"b{side}")
        block.torgb = InFloat32(block.torgb)
    return half


def input_dtype(model: GPEN) -> torch.dtype:
    """What its encoder takes: the dtype of its first convolution."""
    return next(model.encoder.parameters()).dtype
