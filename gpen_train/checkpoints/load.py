"""Weights in any readable layout, as a model ready for use."""

from pathlib import Path
from typing import Any

import torch

from gpen_train.checkpoints.read import AVERAGED, Weights, read, read_content
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
    return _whole(read(path, dtype, key), path)


def load_gpen(path: str | Path, dtype: torch.dtype = torch.float32, key: str = AVERAGED) -> GPEN:
    """As ``load``; ValueError where the file holds a prior, which restores nothing by itself."""
    return _gpen(load(path, dtype, key), path)


def gpen_from_content(content: Any, source: str, dtype: torch.dtype = torch.float32) -> GPEN:
    """As ``load_gpen``, of what another reader has taken from a file; ``source`` names it in errors."""
    return _gpen(_whole(read_content(content, source, dtype), source), source)


def _whole(weights: Weights, path: str | Path) -> GPEN | Prior:
    if weights.model is None:
        raise ValueError(
            f"{path} is a {weights.layout}, which is no whole model; expected a GPEN or a StyleGAN2. "
            f"To start a training from it: gpen train init_from={path}"
        )
    return weights.model


def _gpen(model: GPEN | Prior, path: str | Path) -> GPEN:
    if not isinstance(model, GPEN):
        raise ValueError(
            f"{path} is a StyleGAN2 without an encoder, which restores nothing; expected a GPEN. "
            f"To train one from it: gpen train init_from={path}"
        )
    return model
