"""An encoder that starts as another: the same, or the plain one with new stages before its first."""

import torch
from torch import Tensor

from gpen_train.models.encoders.plain import PlainEncoder
from gpen_train.models.encoders.resnet50 import ResNet50Encoder
from gpen_train.transfer.account import EMBEDDED, GROWN, INITIAL, TAKEN, Account
from gpen_train.transfer.carry import check_carriers, pass_image, read_image
from gpen_train.transfer.place import place_entries, place_weight

PART = "encoder"


@torch.no_grad()
def transfer_plain(old: PlainEncoder, new: PlainEncoder, account: Account) -> None:
    """Start ``new`` as ``old``, of which it sees the input filtered down by its new stages."""
    for side in new.sides:
        conv, channels = getattr(new, f"b{side}"), new.feature_channels[side]
        if side > old.resolution:
            check_carriers(channels, side)
            pass_image(conv, from_rgb=side == new.resolution)
            account.add(PART, GROWN, sum(parameter.numel() for parameter in conv.parameters()))
            continue
        before = getattr(old, f"b{side}")
        if side == old.resolution < new.resolution:  # it saw the image, and now sees it carried
            read_image(conv, before)
            account.add(PART, EMBEDDED, conv.weight.numel() + conv.bias.numel())
            continue
        place_weight(conv.weight, before.weight, range(before.weight.shape[1]))
        place_entries(conv.bias, before.bias, range(len(before.bias)))
        outcome = TAKEN if before.weight.shape == conv.weight.shape else EMBEDDED
        account.add(PART, outcome, conv.weight.numel() + conv.bias.numel())
    place_weight(new.fc.weight, old.fc.weight, range(old.fc.weight.shape[1]))
    new.fc.bias.copy_(old.fc.bias)
    outcome = TAKEN if old.fc.weight.shape == new.fc.weight.shape else EMBEDDED
    account.add(PART, outcome, new.fc.weight.numel() + new.fc.bias.numel())


@torch.no_grad()
def transfer_resnet(state: dict[str, Tensor], new: ResNet50Encoder, account: Account) -> None:
    """Start ``new`` with a ResNet-50's ``state`` without batch norm; ``fc``, which it lacks, stays."""
    for name, parameter in new.named_parameters():
        if name in state:
            parameter.copy_(state[name])
        account.add(PART, TAKEN if name in state else INITIAL, parameter.numel())
