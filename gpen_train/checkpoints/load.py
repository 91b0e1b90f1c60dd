"""Weights in any readable layout, as a model ready for use."""

from pathlib import Path

import torch

from gpen_train.checkpoints.read import AVERAGED, read
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior


def load(path: str | Path, dtype: torch.dtype = torch.float32, key: str = AVERAGED) -> GPEN | Prior:
    """The model in the file at ``path``, whatever its layout, in eval mode on the CPU.

    A GPEN, or a Prior from StyleGAN2's files. A run's folder stands for its best checkpoint where it
    keeps one, else for its last. ``key`` picks the model where a file holds several: "g_ema" or "g". Nothing
    in the file is executed.

    Raises OSError where the file cannot be opened, and ValueError, in one line, where it is damaged,
    refused, in an unknown layout, or holds no model.
    """
    weights = read(path, dtype, key)
    if weights.model is None:
        raise ValueError(
            f"{path} is a {weights.layout}, which is no whole model; expected a GPEN or a StyleGAN2. "
            f"To start a training from it: gpen train init_from={path}"
        )
    return weights.model


def load_gpen(path: str | Path, dtype: torch.dtype = torch.float32, key: str = AVERAGED) -> GPEN:
    """As ``load``; ValueError where the file holds a prior, which restores nothing by itself."""
    model = load(path, dtype, key)
    if not isinstance(model, GPEN):
        raise ValueError(
            f"{path} is a StyleGAN2 without an encoder, which restores nothing; expected a GPEN. "
            f"To train one from it: gpen train init_from={path}"
        )
    return model
