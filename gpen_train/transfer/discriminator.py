"""A discriminator that starts as another: the same, wider, or with new blocks before its first.

A finer one gives an image the logit that the old one gives it filtered down.
"""

import math

import torch

from gpen_train.models.discriminator import Discriminator, ResidualBlock
from gpen_train.models.layers import EqualConv2d
from gpen_train.transfer.account import EMBEDDED, GROWN, TAKEN, Account
from gpen_train.transfer.carry import NUM_CARRIERS, check_carriers, pass_image, read_image
from gpen_train.transfer.place import place_entries, place_weight

PART = "discriminator"


@torch.no_grad()
def transfer_discriminator(old: Discriminator, new: Discriminator, account: Account) -> None:
    """Start ``new`` as ``old``; ``new`` is at least as fine and as wide, and as wide at 4 px."""
    for side in new.sides:
        block = getattr(new, f"b{side}")
        if side > old.resolution:
            _grow(old, block, side, side == new.resolution, account)
            continue
        before = getattr(old, f"b{side}")
        if side == new.resolution:
            _place(before.fromrgb, block.fromrgb, account)
        for name in ("conv0", "conv1", "skip"):
            _place(getattr(before, name), getattr(block, name), account)
    new.b4.load_state_dict(old.b4.state_dict())
    account.add(PART, TAKEN, sum(parameter.numel() for parameter in new.b4.parameters()))


def _grow(old: Discriminator, block: ResidualBlock, side: int, is_first: bool, account: Account) -> None:
    """A block that passes the image on; the last of them gives what the old ``fromrgb`` gave."""
    check_carriers(block.conv0.weight.shape[0], side, "model.discriminator")
    if is_first:
        pass_image(block.fromrgb, from_rgb=True)
    pass_image(block.conv0, from_rgb=False)
    rows = block.conv1.weight.shape[0]
    if side == 2 * old.resolution:
        fromrgb = getattr(old, f"b{old.resolution}").fromrgb
        rows = len(fromrgb.weight)
        initial = block.conv1.weight[rows:].clone()
        # The block halves the energy of its two branches' sum, of which the skip gives nothing.
        gain = fromrgb.weight_gain * math.sqrt(2)
        read_image(block.conv1, fromrgb.weight[:, :, 0, 0], gain, fromrgb.bias * math.sqrt(2))
        block.conv1.weight[rows:] = initial
    else:
        check_carriers(rows, side // 2, "model.discriminator")
        pass_image(block.conv1, from_rgb=False)
        rows = NUM_CARRIERS
        block.conv1.weight[:rows] *= math.sqrt(2)
    block.skip.weight[:rows] = 0
    account.add(PART, GROWN, sum(parameter.numel() for parameter in block.parameters()))


def _place(old: EqualConv2d, new: EqualConv2d, account: Account) -> None:
    place_weight(new.weight, old.weight, range(old.weight.shape[1]))
    count = new.weight.numel()
    if new.bias is not None and old.bias is not None:
        place_entries(new.bias, old.bias, range(len(old.bias)))
        count += new.bias.numel()
    account.add(PART, TAKEN if old.weight.shape == new.weight.shape else EMBEDDED, count)
