"""yangxy/GPEN's released networks, read into models of our own: family gpen_v1."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from gpen_train.checkpoints.build import build_with, construct, fill
from gpen_train.checkpoints.door import opened
from gpen_train.checkpoints.layouts.yangxy_names import discriminator_names, from_yangxy, generator_names
from gpen_train.checkpoints.layouts.yangxy_settings import discriminator_settings_of, settings_of
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN


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
