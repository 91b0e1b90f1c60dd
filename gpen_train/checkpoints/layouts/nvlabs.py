"""NVlabs' StyleGAN2, of the stylegan2-ada-pytorch and stylegan3 repositories: a prior and its discriminator.

Names and values are ours but for a few words, the constant noise and the filters.

Source: the key names of github.com/NVlabs/stylegan2-ada-pytorch's networks.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.build import check_filter, checked_noise, construct, fill
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layouts.nvlabs_settings import (
    MAPPING,
    SYNTHESIS,
    discriminator_settings_of,
    settings_of,
)
from gpen_train.models import filters
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.prior import Prior, build_prior


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


def discriminator_from_state(
    state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32, group_size: int = 4
) -> Discriminator:
    """The discriminator around the state of ``D``."""
    state = _without_filters(state, source)
    settings = {**discriminator_settings_of(state, source), "group_size": group_size}
    return fill(construct(Discriminator, settings, state, source), state, source, dtype)


def group_size_of(network: Any) -> int:
    """That of a discriminator's minibatch standard deviation, as its arguments say; 4 where they do not."""
    arguments = network.init_kwargs if isinstance(network, Persistent) else {}
    epilogue = arguments.get("epilogue_kwargs")
    size = epilogue.get("mbstd_group_size", 4) if isinstance(epilogue, Mapping) else 4
    return size if type(size) is int and size > 0 else 0 if size is None else 4


def _without_filters(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """``state`` without its resampling filters, which are constants here; ValueError for another filter."""
    for name, tensor in state.items():
        if name.endswith("resample_filter"):
            check_filter(name, tensor, filters.kernel(), source)
    return {name: tensor for name, tensor in state.items() if not name.endswith("resample_filter")}
