"""An image carried unchanged through layers with leaky ReLUs, which is how an encoder grows at its input.

Six channels hold leaky(x) and leaky(-x) of the three colours; their difference is (1 + slope) x, exactly. A
3 x 3 convolution that halves its input, with the middle tap alone, is the FIR filter followed by every
second pixel: what the coarser network saw when it was given the smaller image.
"""

import torch
from torch import Tensor

from gpen_train.models.layers import SLOPE, EqualConv2d

NUM_CARRIERS = 6  # channels


def carriers(channels: int) -> Tensor:
    """[3, channels]: the colours, from the channels that carry them."""
    matrix = torch.zeros(3, channels)
    for colour in range(3):
        matrix[colour, colour] = 1 / (1 + SLOPE)
        matrix[colour, colour + 3] = -1 / (1 + SLOPE)
    return matrix


@torch.no_grad()
def read_image(conv: EqualConv2d, old: EqualConv2d) -> None:
    """Let the first outputs of ``conv`` [O, I, k, k] give what ``old`` [o, 3, 1, 1] gives of the image.

    Its other outputs stay as they are.
    """
    num_outputs = len(old.weight)
    conv.weight[:num_outputs] = 0
    colours = carriers(conv.weight.shape[1]).to(conv.weight)
    _set_middle(conv, old.weight_gain * old.weight[:, :, 0, 0].to(conv.weight) @ colours)
    if conv.bias is not None and old.bias is not None:
        conv.bias[:num_outputs] = old.bias


@torch.no_grad()
def pass_image(conv: EqualConv2d, from_rgb: bool) -> None:
    """Let the first six outputs of ``conv`` carry the image: its input, or what its input carries."""
    num_inputs = conv.weight.shape[1]
    colours = torch.eye(3) if from_rgb else carriers(num_inputs)  # [3, I]
    conv.weight[:NUM_CARRIERS] = 0
    if conv.bias is not None:
        conv.bias[:NUM_CARRIERS] = 0
    _set_middle(conv, torch.cat([colours, -colours]).to(conv.weight))


def _set_middle(conv: EqualConv2d, effective: Tensor) -> None:
    """The middle tap of the first rows, so that ``effective`` [O, I] is what they do."""
    middle = conv.size // 2
    conv.weight[: len(effective), :, middle, middle] = effective / conv.weight_gain


def check_carriers(channels: int, side: int) -> None:
    """Raise ValueError where a stage of ``side`` px is too narrow to carry an image."""
    if channels < NUM_CARRIERS:
        raise ValueError(
            f"model.network.channel_base gives {channels} channels at {side} px; growing needs at least "
            f"{NUM_CARRIERS}: model.network.channel_base={NUM_CARRIERS * side} or more"
        )
