"""What ``init_from`` does: a model and its discriminator start from the weights of files."""

from collections.abc import Sequence
from functools import partial

import torch

from gpen_train.checkpoints.hint import num_layers
from gpen_train.checkpoints.read import Weights
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.encoders.resnet50 import ResNet50Encoder
from gpen_train.models.gpen import GPEN
from gpen_train.models.mapper import MLPMapper
from gpen_train.models.prior import Prior
from gpen_train.transfer.account import EMBEDDED, INITIAL, TAKEN, Account
from gpen_train.transfer.discriminator import transfer_discriminator
from gpen_train.transfer.encoder import transfer_plain, transfer_resnet
from gpen_train.transfer.fit import (
    CONCATENATING,
    RESNET_SETTINGS,
    advice,
    check_generator,
    check_same,
    check_widths,
    resolution_settings,
)
from gpen_train.transfer.generator import transfer_generator

PARTS = ("encoder", "mapper", "generator", "discriminator")


def take_over(files: Sequence[Weights], model: GPEN | Prior, discriminator: Discriminator) -> Account:
    """Start ``model`` and ``discriminator`` from ``files``, whose parts come from the first that has them.

    A GPEN's parts, a prior's and a discriminator are taken over where they are the same, embedded where the
    new ones are wider or take features, and grown where these are finer; a finer discriminator starts anew.
    Raises ValueError, with the setting that would fit, where that cannot be done; nothing is dropped
    silently.
    """
    account, started = Account(), set()
    for weights in files:
        account.sources.append(f"{weights.source} ({weights.layout})")
        account.unused.update(weights.unused)
        account.unread += weights.unread.values()
        for part, start in _starts(weights, model, discriminator).items():
            if part in started:
                raise ValueError(
                    f"{weights.source} holds a second {part}; give init_from one file for each part"
                )
            start(account)
            started.add(part)
    modules = {"discriminator": discriminator, **{part: getattr(model, part, None) for part in PARTS[:3]}}
    for part in PARTS:
        if part not in started and modules[part] is not None:
            account.leave(part, modules[part])
    return account


def _starts(weights: Weights, model: GPEN | Prior, discriminator: Discriminator) -> dict:
    """The parts that a file can start, each with the function that does it."""
    source, starts = weights.source, {}
    if weights.model is not None:
        starts["generator"] = partial(_generator, weights.model, model, source)
        starts["mapper"] = partial(_mapper, weights.model, model, source)
    if isinstance(model, GPEN) and isinstance(weights.model, GPEN):
        starts["encoder"] = partial(_encoder, weights.model, model, source)
    elif isinstance(weights.model, GPEN):
        starts["encoder"] = partial(_unused_encoder, weights.model)
    if weights.encoder is not None:
        starts["encoder"] = partial(_resnet, weights.encoder, model, source)
    if weights.discriminator is not None:
        starts["discriminator"] = partial(_discriminator, weights.discriminator, discriminator, model, source)
    return starts


def _generator(old: GPEN | Prior, new: GPEN | Prior, source: str, account: Account) -> None:
    """The encoder's features are told apart by how they are injected: concatenated ones cannot be added."""
    if old.settings["injection"] == "concat" != new.settings["injection"]:
        fitting = {"injection": "concat"}
        if isinstance(new, GPEN):
            finest = max(old.output_resolution, new.output_resolution)
            layers = {"mapper_layers": old.settings["mapper_layers"], "input_resolution": finest}
            fitting = CONCATENATING | layers | {"output_resolution": finest}
        raise ValueError(
            f"{source} concatenates what its generator takes in, this model adds it; "
            f"{advice(fitting)} would fit"
        )
    check_same(old.mapper, new.mapper, (old.settings, new.settings), ("style_dim",), source, "mapper")
    sides = (old.output_resolution, new.output_resolution)
    widths = (old.settings, new.settings)
    check_generator(old.generator, new.generator, sides, widths, source)
    if isinstance(old, GPEN) and isinstance(new, GPEN):
        names = ("injection", "unfed", *_encoder_settings(new))
        check_same(old.generator, new.generator, widths, names, source, "generator")
    transfer_generator(old.generator, new.generator, account)
    if isinstance(old, Prior):  # features take the noise's place
        account.unused["constant noise"] += sum(noise.numel() for noise in old.constant_noise.values())


def _encoder_settings(model: GPEN) -> tuple[str, ...]:
    """What decides the shapes of a ResNet's features; the plain encoder grows with the generator."""
    is_resnet = isinstance(model.encoder, ResNet50Encoder)
    return ("encoder", "input_resolution", *RESNET_SETTINGS) if is_resnet else ("encoder",)


@torch.no_grad()
def _mapper(old: GPEN | Prior, new: GPEN | Prior, source: str, account: Account) -> None:
    if isinstance(old, Prior) and isinstance(new.mapper, MLPMapper):
        # The prior's mapper is another network; w starts around its average, the prior's mean face.
        account.unused["mapper"] += sum(parameter.numel() for parameter in old.mapper.parameters())
        last = getattr(new.mapper, f"fc{new.mapper.num_layers}")
        last.bias.copy_(old.w_average)
        account.leave("mapper", new.mapper)
        account.add("mapper", INITIAL, -last.bias.numel())
        account.add("mapper", EMBEDDED, last.bias.numel())
        return
    if isinstance(new, Prior) and isinstance(old.mapper, MLPMapper):
        raise ValueError(
            f"{source} has gpen_v2's mapper, which no prior has; expected a prior or a gpen_v1: "
            f"start a GPEN from it"
        )
    names = (
        ("style_dim", "mapper_layers")
        if isinstance(old, Prior) or isinstance(new, Prior)
        else ("style_dim", "mapper", "mapper_layers")
    )
    check_same(old.mapper, new.mapper, (old.settings, new.settings), names, source, "mapper")
    new.mapper.load_state_dict(old.mapper.state_dict())
    account.add("mapper", TAKEN, sum(parameter.numel() for parameter in new.mapper.parameters()))
    if isinstance(old, Prior) and isinstance(new, Prior):
        new.w_average.copy_(old.w_average)
    elif isinstance(old, Prior):
        account.unused["average w"] += old.w_average.numel()


def _encoder(old: GPEN, new: GPEN, source: str, account: Account) -> None:
    settings = (old.settings, new.settings)
    check_same(old.encoder, new.encoder, settings, ("style_dim", *_encoder_settings(new)), source, "encoder")
    if isinstance(new.encoder, ResNet50Encoder):
        transfer_resnet(old.encoder.state_dict(), new.encoder, account)
    else:
        transfer_plain(old.encoder, new.encoder, account)


def _unused_encoder(old: GPEN, account: Account) -> None:
    account.unused["encoder"] += sum(parameter.numel() for parameter in old.encoder.parameters())


def _resnet(state: dict[str, torch.Tensor], new: GPEN | Prior, source: str, account: Account) -> None:
    if not isinstance(new, GPEN) or not isinstance(new.encoder, ResNet50Encoder):
        raise ValueError(
            f"{source} is a ResNet-50, this model has no such encoder; choose model=v2_512 or another v2"
        )
    wanted = {name: tensor.shape for name, tensor in new.encoder.state_dict().items() if name[:3] != "fc."}
    depths = [num_layers(state, f"layer{stage}.{{}}.conv1.weight") for stage in range(1, 5)]
    shown = {"encoder_width": len(state["conv1.weight"]), "encoder_depths": depths}
    differing = {name: value for name, value in shown.items() if new.settings[name] != value}
    for name in (*wanted, *state):
        found, here = (getattr(shapes.get(name), "shape", shapes.get(name)) for shapes in (state, wanted))
        if found != here:
            fitting = f"{advice(differing)} would fit" if differing else "it is no plain ResNet"
            raise ValueError(
                f"{source} holds encoder.{name} of shape {list(found or [])}, this model has it of shape "
                f"{list(here or [])}; {fitting}"
            )
    transfer_resnet(state, new.encoder, account)


def _discriminator(
    old: Discriminator, new: Discriminator, model: GPEN | Prior, source: str, account: Account
) -> None:
    if old.resolution > new.resolution:
        raise ValueError(
            f"{source} holds a discriminator of {old.resolution} px, this run one of {new.resolution} px; "
            f"{advice(resolution_settings(model.settings, old.resolution))} or more would fit"
        )
    if old.resolution < new.resolution:
        account.unused[f"discriminator of {old.resolution} px"] += sum(p.numel() for p in old.parameters())
        account.leave("discriminator", new)
        return
    widths = (old.settings, new.settings)
    check_widths(old, new, old.resolution, widths, source, "discriminator", "model.discriminator")
    before, wanted = old.b4.conv.weight, new.b4.conv.weight
    if len(before) != len(wanted):  # the deviation over the batch is a mean over these channels
        raise ValueError(
            f"{source} holds discriminator.b4.conv.weight of shape {list(before.shape)}, this run has it of "
            f"shape {list(wanted.shape)}; model.discriminator.channel_max={len(before)} would fit"
        )
    transfer_discriminator(old, new, account)
