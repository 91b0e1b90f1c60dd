"""A discriminator that starts as another of its resolution: the same, or wider.

A coarser one is not grown. It would start blind to all that the new size adds, and the restored faces stay
soft: from a prior of 32 px at 128 px, with a new discriminator the Frechet distance is two thirds of what it
is with the prior's (docs/quality.md).
"""

import torch

from gpen_train.models.discriminator import Discriminator
from gpen_train.models.layers import EqualConv2d
from gpen_train.transfer.account import EMBEDDED, TAKEN, Account
from gpen_train.transfer.place import place_entries, place_weight

PART = "discriminator"


@torch.no_grad()
def transfer_discriminator(old: Discriminator, new: Discriminator, account: Account) -> None:
    """Start ``new`` as ``old``; ``new`` is as fine, as wide or wider, and as wide at 4 px."""
    _place(getattr(old, f"b{old.resolution}").fromrgb, getattr(new, f"b{new.resolution}").fromrgb, account)
    for side in new.sides:
        before, block = getattr(old, f"b{side}"), getattr(new, f"b{side}")
        for name in ("conv0", "conv1", "skip"):
            _place(getattr(before, name), getattr(block, name), account)
    new.b4.load_state_dict(old.b4.state_dict())
    account.add(PART, TAKEN, sum(parameter.numel() for parameter in new.b4.parameters()))


def _place(old: EqualConv2d, new: EqualConv2d, account: Account) -> None:
    place_weight(new.weight, old.weight, range(old.weight.shape[1]))
    count = new.weight.numel()
    if new.bias is not None and old.bias is not None:
        place_entries(new.bias, old.bias, range(len(old.bias)))
        count += new.bias.numel()
    account.add(PART, TAKEN if old.weight.shape == new.weight.shape else EMBEDDED, count)
