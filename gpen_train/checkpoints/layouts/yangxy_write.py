"""Our models and discriminators written as yangxy/GPEN's, for GPEN's own code to load."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.bundle import LEGACY, storable
from gpen_train.checkpoints.layouts.yangxy_names import Names, discriminator_names, generator_names, to_yangxy
from gpen_train.files import atomic_file
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN

# What GPEN's network is, in terms of build_gpen.
NETWORK = {"injection": "concat", "encoder": "plain", "mapper": "stylegan2"}


def save_yangxy(
    model: GPEN, path: str | Path, dtype: torch.dtype = torch.float32, legacy: bool = False
) -> None:
    """Write a gpen_v1 model as the flat state dict of GPEN's FullGenerator, which loads it strictly.

    Raises ValueError for any other model, which that network has no place for.
    """
    check_is_yangxy(model)
    names = generator_names(model.output_resolution, model.settings["mapper_layers"])
    _save(model.state_dict(), names, path, dtype, legacy)


def save_yangxy_discriminator(
    discriminator: Discriminator, path: str | Path, dtype: torch.dtype = torch.float32, legacy: bool = False
) -> None:
    """Write a discriminator as the flat state dict of GPEN's, which is rosinality's."""
    _save(discriminator.state_dict(), discriminator_names(discriminator.resolution), path, dtype, legacy)


def check_is_yangxy(model: GPEN) -> None:
    """Raise ValueError unless ``model`` is one of GPEN's networks."""
    other = [f"{name} {model.settings[name]}" for name in NETWORK if model.settings[name] != NETWORK[name]]
    if other:
        raise ValueError(
            f"the model is a {model.family} with {', '.join(other)}; yangxy/GPEN's code has only gpen_v1: "
            f"{', '.join(' '.join(item) for item in NETWORK.items())}; choose another --layout"
        )


def facegan_options(settings: Mapping[str, Any]) -> dict[str, float] | None:
    """The options with which GPEN's FaceGAN builds a model of these settings, None where it cannot.

    Its channels are 512 * narrow up to 32 px, 256 * channel_multiplier * narrow at 64 px, half of that at
    128 px, and so on; style_dim is 512 and the mapping has 8 layers.
    """
    base, most = settings["channel_base"], settings["channel_max"]
    multiplier = base / (32 * most)
    if (settings["style_dim"], settings["mapper_layers"]) != (512, 8) or not 1 <= multiplier <= 2:
        return None
    return {"channel_multiplier": multiplier, "narrow": most / 512}


def _save(
    state: Mapping[str, Tensor], names: Names, path: str | Path, dtype: torch.dtype, legacy: bool
) -> None:
    theirs = {name: storable(tensor, dtype) for name, tensor in to_yangxy(state, names).items()}
    with atomic_file(path) as file:
        torch.save(theirs, file, **(LEGACY if legacy else {}))
