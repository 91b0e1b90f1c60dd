"""NVlabs' StyleGAN2, of the stylegan2-ada-pytorch and stylegan3 repositories: a prior and its discriminator.

Names and values are ours but for a few words, the constant noise and the filters.

Source: the key names of github.com/NVlabs/stylegan2-ada-pytorch's networks.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.build import OtherNetwork, check_filter, checked_noise, construct, fill
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layout import NVLABS, STATES
from gpen_train.models import filters
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.prior import Prior, build_prior
from gpen_train.quote import quoted_names

SYNTHESIS, MAPPING = "synthesis.", "mapping."


def prior_from_state(state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32) -> Prior:
    """A prior around the state of ``G_ema``: flat names, parameters and buffers.

    Raises ValueError for another network than an unconditional StyleGAN2.
    """
    state = _without_filters(state, source)
    settings = settings_of(state, source)
    ours, noise = {}, {}
    for name, tensor in state.items():
        if name.endswith(".noise_const"):
            layer = name.removeprefix(SYNTHESIS).removesuffix(".noise_const")
            noise[layer] = checked_noise(layer, tensor, source).to(dtype)
        else:
            ours[_our_name(name)] = tensor[None] if name.endswith(".const") else tensor
    prior = fill(construct(build_prior, settings, ours, source), ours, source, dtype)
    prior.constant_noise = noise
    return prior


def _our_name(name: str) -> str:
    if name == "mapping.w_avg":
        return "w_average"
    renamed = name.replace(".noise_strength", ".strength")
    return renamed.replace(SYNTHESIS, "generator.", 1).replace(MAPPING, "mapper.", 1)


def settings_of(state: Mapping[str, Tensor], source: str) -> dict[str, Any]:
    """The arguments of ``build_prior`` that give a network of these shapes; OtherNetwork for another kind."""
    check_generator(state, source)
    resolution = _resolution(state, SYNTHESIS)
    if resolution < 8:
        raise ValueError(f"{source} holds a StyleGAN2 of {resolution} px; expected 8 px or more")
    return {
        "output_resolution": resolution,
        "style_dim": state["mapping.fc0.weight"].shape[0],
        "mapper_layers": sum(name.startswith("mapping.fc") and name.endswith(".weight") for name in state),
        "channel_base": resolution * _width(state, f"synthesis.b{resolution}.conv1.weight", source),
        "channel_max": state["synthesis.b4.const"].shape[0],
        "injection": "project",
    }


def check_generator(state: Mapping[str, Tensor], source: str) -> None:
    """Raise OtherNetwork, with what it is, for a generator that is no unconditional StyleGAN2."""
    if any(name.startswith(("synthesis.input.", "synthesis.L0_")) for name in state):
        raise OtherNetwork(f"{source} holds a StyleGAN3; of NVlabs' networks only StyleGAN2 is read")
    if any(name.startswith("mapping.embed.") for name in state):
        raise OtherNetwork(
            f"{source} holds a network conditioned on classes; expected an unconditional one (c_dim 0)"
        )
    if "synthesis.b4.const" not in state or "mapping.fc0.weight" not in state:
        raise OtherNetwork(
            f"{source} holds {quoted_names(state)}; expected StyleGAN2's synthesis.b4.const, mapping.fc0 .."
        )
    if "synthesis.b8.skip.weight" in state or "synthesis.b4.torgb.weight" not in state:
        found = "resnet" if "synthesis.b8.skip.weight" in state else "orig"
        raise OtherNetwork(f"{source} holds a generator of architecture {found!r}; only 'skip' is read")
    w_dim, *z_dim = state["mapping.fc0.weight"].shape
    if z_dim != [w_dim]:
        raise OtherNetwork(f"{source} holds a mapping from z_dim {z_dim} to w_dim {w_dim}; expected the same")


def check_discriminator(state: Mapping[str, Tensor], source: str) -> None:
    """Raise OtherNetwork, with what it is, for a discriminator that is no unconditional residual one."""
    if any(name.startswith("mapping.") for name in state):
        raise OtherNetwork(f"{source} holds a discriminator conditioned on classes; expected c_dim 0")
    num_from_rgb = sum(name.endswith("fromrgb.weight") for name in state)
    has_skips = any(name.endswith("skip.weight") for name in state)
    if num_from_rgb > 1 or not has_skips:
        found = "skip" if num_from_rgb > 1 else "orig"
        raise OtherNetwork(f"{source} holds a discriminator of architecture {found!r}; only 'resnet' is read")


def discriminator_settings_of(state: Mapping[str, Tensor], source: str) -> dict[str, Any]:
    """The arguments of ``Discriminator``, the group size apart, that give a network of these shapes.

    They are our own names too, so this reads a discriminator of ours as well. OtherNetwork for another kind.
    """
    check_discriminator(state, source)
    resolution = _resolution(state, "")
    return {
        "resolution": resolution,
        "channel_base": resolution * _width(state, f"b{resolution}.fromrgb.weight", source),
        "channel_max": _width(state, "b4.conv.weight", source),
    }


def discriminator_from_state(
    state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32, group_size: int = 4
) -> Discriminator:
    """The discriminator around the state of ``D``."""
    state = _without_filters(state, source)
    settings = {**discriminator_settings_of(state, source), "group_size": group_size}
    return fill(construct(Discriminator, settings, state, source), state, source, dtype)


def states_of(content: Mapping[str, Any]) -> dict[str, Mapping[str, Tensor]]:
    """The state dicts in a file's content, which are its networks' or stand there themselves."""
    states = {key: value.state if isinstance(value, Persistent) else value for key, value in content.items()}
    return {
        key: state for key, state in states.items() if key in STATES[NVLABS] and isinstance(state, Mapping)
    }


def group_size_of(network: Any) -> int:
    """That of a discriminator's minibatch standard deviation, as its arguments say; 4 where they do not."""
    arguments = network.init_kwargs if isinstance(network, Persistent) else {}
    epilogue = arguments.get("epilogue_kwargs")
    size = epilogue.get("mbstd_group_size", 4) if isinstance(epilogue, Mapping) else 4
    return size if type(size) is int and size > 0 else 0 if size is None else 4


def _resolution(state: Mapping[str, Tensor], prefix: str) -> int:
    """The finest r of the names ``{prefix}b{r}.*``, 0 where there is none."""
    blocks = {name.removeprefix(prefix).split(".")[0] for name in state if name.startswith(f"{prefix}b")}
    return max((int(block[1:]) for block in blocks if block[1:].isdecimal()), default=0)


def _width(state: Mapping[str, Tensor], name: str, source: str) -> int:
    if name not in state or state[name].ndim == 0:
        raise ValueError(f"{source} lacks {name}; expected NVlabs' StyleGAN2")
    return state[name].shape[0]


def _without_filters(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """``state`` without its resampling filters, which are constants here; ValueError for another filter."""
    for name, tensor in state.items():
        if name.endswith("resample_filter"):
            check_filter(name, tensor, filters.kernel(), source)
    return {name: tensor for name, tensor in state.items() if not name.endswith("resample_filter")}
