"""A generator that starts as another: the same, wider, finer, or with features in place of noise.

The output for the same w is that of the old generator without noise, whatever the features are; a finer one
gives the old output, doubled as StyleGAN2 doubles its images.
"""

import torch
from torch import nn

from gpen_train.models.synthesis import Synthesis, SynthesisBlock
from gpen_train.transfer.account import EMBEDDED, GROWN, TAKEN, Account
from gpen_train.transfer.place import place_entries, place_weight

PART = "generator"


@torch.no_grad()
def transfer_generator(old: Synthesis, new: Synthesis, account: Account) -> None:
    """Start ``new`` as ``old``; ``new`` is at least as fine and as wide, and takes w of the same size."""
    carried: list[int] = []  # where the channels of the block before stand in the new one's
    for side in new.resolutions:
        block = getattr(new, f"b{side}")
        if side in old.resolutions:
            carried = _transfer_block(getattr(old, f"b{side}"), block, carried, account)
        else:
            nn.init.zeros_(block.torgb.weight)
            nn.init.zeros_(block.torgb.bias)
            account.add(PART, GROWN, sum(parameter.numel() for parameter in block.parameters()))


def _transfer_block(
    old: SynthesisBlock, new: SynthesisBlock, carried: list[int], account: Account
) -> list[int]:
    """Returns where the old block's output channels stand in the new one's."""
    own = list(range(old.out_channels))
    widened = [new.out_channels + channel for channel in own] if old.concatenates else []
    outputs = own + widened
    if old.resolution == 4:
        _put(old.const[0], new.const[0], own, account)
    else:
        _transfer_layer(old.conv0, new.conv0, carried, outputs, account)
    _transfer_layer(old.conv1, new.conv1, own if old.resolution == 4 else outputs, outputs, account)
    _transfer_convolution(old.torgb, new.torgb, outputs, account)
    _put(old.torgb.bias, new.torgb.bias, range(3), account)
    _transfer_projection(old, new, account)
    return outputs


def _transfer_layer(
    old: nn.Module, new: nn.Module, inputs: list[int], outputs: list[int], account: Account
) -> None:
    _transfer_convolution(old, new, inputs, account)
    _put(old.bias, new.bias, outputs, account)
    if new.concatenates and not old.concatenates:
        # The strength of noise says nothing of features, whose weights start at zero: with a strength of
        # zero too, neither would ever learn.
        new.strength.fill_(1.0)
        account.add(PART, EMBEDDED, 1)
        account.unused["noise strengths"] += 1
    else:
        new.strength.copy_(old.strength)
        account.add(PART, TAKEN, 1)


def _transfer_convolution(old: nn.Module, new: nn.Module, inputs: list[int], account: Account) -> None:
    place_weight(new.weight, old.weight, inputs)
    _count(old.weight, new.weight, account)
    _put(old.affine.weight, new.affine.weight, inputs, account)
    _put(old.affine.bias, new.affine.bias, inputs, account)


def _transfer_projection(old: SynthesisBlock, new: SynthesisBlock, account: Account) -> None:
    """The features' way in: the old one's, or zero where there was none."""
    if not hasattr(new, "project"):
        if hasattr(old, "project"):
            account.unused["projections"] += sum(p.numel() for p in old.project.parameters())
        return
    if hasattr(old, "project"):
        rows = range(old.out_channels)
        _put(old.project.weight, new.project.weight, rows, account)
        _put(old.project.bias, new.project.bias, rows, account)
        return
    nn.init.zeros_(new.project.weight)
    nn.init.zeros_(new.project.bias)
    account.add(PART, EMBEDDED, sum(parameter.numel() for parameter in new.project.parameters()))


def _put(old: torch.Tensor, new: torch.Tensor, entries, account: Account) -> None:
    place_entries(new, old, entries)
    _count(old, new, account)


def _count(old: torch.Tensor, new: torch.Tensor, account: Account) -> None:
    account.add(PART, TAKEN if old.shape == new.shape else EMBEDDED, new.numel())
