"""yangxy/GPEN's released networks, read into models of our own: family gpen_v1."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.build import OtherNetwork, build_with, construct, fill
from gpen_train.checkpoints.door import opened
from gpen_train.checkpoints.hint import num_layers
from gpen_train.checkpoints.layouts.yangxy_names import discriminator_names, from_yangxy, generator_names
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN


def settings_of(state: Mapping[str, Tensor], source: str = "it") -> dict[str, Any]:
    """The arguments of ``build_gpen`` that give a network of these shapes, from yangxy/GPEN's state dict.

    Channels follow min(base // resolution, max), so the two ends of the generator say both. OtherNetwork
    where the encoder has fewer stages than the generator.
    """
    num_doublings = num_layers(state, "generator.to_rgbs.{}.bias")
    num_halvings = max(len({name.split(".")[0] for name in state if name.startswith("ecd")}), 1) - 1
    resolution = 4 * 2**num_doublings
    if num_halvings < num_doublings:
        raise OtherNetwork(
            f"{source} is yangxy/GPEN's FullGenerator_SR, from {4 * 2**num_halvings} px to {resolution} px, "
            f"whose finer blocks take noise as wide as features; only FullGenerator, of one size, is read"
        )
    return {
        "output_resolution": resolution,
        "input_resolution": resolution,
        "encoder": "plain",
        "style_dim": _size(state, "final_linear.0.bias", 0),
        "mapper": "stylegan2",
        "mapper_layers": num_layers(state, "generator.style.{}.bias", first=1),
        "channel_base": resolution * _size(state, "ecd0.0.0.weight", 0),
        "channel_max": _size(state, "generator.input.input", 1),
        "injection": "concat",
    }


def discriminator_settings_of(state: Mapping[str, Tensor]) -> dict[str, Any]:
    """The arguments of ``Discriminator`` that give a network of these shapes."""
    resolution = 4 * 2 ** num_layers(state, "convs.{}.skip.1.weight", first=1)
    return {
        "resolution": resolution,
        "channel_base": resolution * _size(state, "convs.0.0.weight", 0),
        "channel_max": _size(state, "final_conv.0.weight", 0),
    }


def _size(state: Mapping[str, Tensor], name: str, dim: int) -> int:
    if name not in state or state[name].ndim <= dim:
        raise OtherNetwork(f"the state dict lacks {name}; expected a yangxy/GPEN network")
    return state[name].shape[dim]


def load_yangxy(path: str | Path, dtype: torch.dtype = torch.float32) -> GPEN:
    """The released network in ``path`` as a GPEN of family gpen_v1, in eval mode on the CPU.

    Raises ValueError where the file is damaged or holds another network.
    """
    return gpen_from_state(opened(path).content, str(path), dtype)


def gpen_from_state(state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32) -> GPEN:
    """A GPEN around yangxy/GPEN's state dict; ``source`` names the file in errors."""
    settings = settings_of(state, source)
    names = generator_names(settings["output_resolution"], settings["mapper_layers"])
    return build_with(settings, from_yangxy(state, names, source), source, dtype)


def discriminator_from_state(
    state: Mapping[str, Tensor],
    source: str,
    dtype: torch.dtype = torch.float32,
    group_size: int = 4,  # of the minibatch standard deviation; today's released code takes the batch (0)
) -> Discriminator:
    """A released discriminator, which is rosinality's, around its state dict."""
    settings = {**discriminator_settings_of(state), "group_size": group_size}
    ours = from_yangxy(state, discriminator_names(settings["resolution"]), source)
    return fill(construct(Discriminator, settings, ours, source), ours, source, dtype)


def load_yangxy_discriminator(path: str | Path, group_size: int = 4) -> Discriminator:
    """The released discriminator in ``path``, in eval mode on the CPU."""
    return discriminator_from_state(opened(path).content, str(path), group_size=group_size)
