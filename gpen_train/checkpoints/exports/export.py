"""Weights in every layout that we write: the table of writers, the names of files, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch

from gpen_train.checkpoints.bundle import default_name, save_bundle
from gpen_train.checkpoints.exports.layouts import LEGACY_LAYOUTS, SUFFIXES
from gpen_train.checkpoints.exports.onnx_file import check_dtype, check_packages, check_size, save_onnx
from gpen_train.checkpoints.exports.safetensors_write import save_safetensors
from gpen_train.checkpoints.layouts.yangxy_write import (
    check_is_yangxy,
    save_yangxy,
    save_yangxy_discriminator,
)
from gpen_train.checkpoints.prior_file import save_discriminator, save_prior
from gpen_train.checkpoints.read import Weights
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior


class Form(NamedTuple):
    """How weights are written: the layout, the dtype of the tensors, torch.save's format of before 1.6."""

    layout: str
    dtype: torch.dtype = torch.float32
    legacy: bool = False


WRITERS: dict[str, Callable[[GPEN, Path, Form], object]] = {
    "bundle": lambda model, path, form: save_bundle(model, path, dtype=form.dtype, legacy=form.legacy),
    "yangxy": lambda model, path, form: save_yangxy(model, path, form.dtype, form.legacy),
    "onnx": lambda model, path, form: save_onnx(model, path, form.dtype),
    "safetensors": lambda model, path, form: save_safetensors(model, path, dtype=form.dtype),
}
REACTOR_SIDES = (1024, 2048)  # px that ReActor looks for in the name of a file; it feeds 512 to all others


def name_in_folder(model: GPEN | Prior, layout: str) -> str:
    """How the file is named where only a folder is given: ``gpen-bfr-512.onnx``, ``gpen-prior-512.pth``."""
    name = f"gpen-prior-{model.output_resolution}.pth"
    if isinstance(model, GPEN):
        task = getattr(getattr(model, "args", None), "task", "bfr")
        name = default_name(task, model.output_resolution)
    return str(Path(name).with_suffix(SUFFIXES[layout]))


def check_form(form: Form, with_discriminator: bool) -> None:
    """Raise ValueError for a form that no weights have, before any are read."""
    if form.layout == "onnx":
        check_packages()
        check_dtype(form.dtype)
    if form.legacy and form.layout not in LEGACY_LAYOUTS:
        raise ValueError(f"--legacy is a format of torch.save; {form.layout} files have none, leave it out")
    if form.legacy and with_discriminator and form.layout != "yangxy":
        raise ValueError("--legacy has no discriminator of ours; leave it out, or choose --layout yangxy")


def check_weights(weights: Weights, form: Form, with_discriminator: bool) -> GPEN | Prior:
    """The model to write; ValueError where ``weights`` lack something, or ``form`` cannot hold it."""
    source, model = weights.source, weights.model
    if model is None:
        raise ValueError(
            f"{source} is a {weights.layout}, which is no whole model; expected a GPEN or a StyleGAN2"
        )
    if with_discriminator and "discriminator" in weights.unread:
        raise ValueError(f"{weights.unread['discriminator']}; leave out --discriminator")
    if with_discriminator and weights.discriminator is None:
        raise ValueError(
            f"{source} is a {weights.layout} without a discriminator; leave out --discriminator, or export "
            f"from a training checkpoint"
        )
    if not isinstance(model, GPEN):
        if form.layout != "bundle" or form.legacy:
            raise ValueError(
                f"{source} is a StyleGAN2 without an encoder, which only --layout bundle without --legacy "
                f"takes; to make a GPEN of it: gpen train init_from={source}"
            )
    elif form.layout == "yangxy":
        check_is_yangxy(model)
    elif form.layout == "onnx":
        check_size(model, form.dtype)
    return model


def write_model(model: GPEN | Prior, path: Path, form: Form) -> None:
    """Write what ``check_weights`` let through."""
    if isinstance(model, GPEN):
        WRITERS[form.layout](model, path, form)
    else:
        save_prior(model, path, dtype=form.dtype)


def write_discriminator(discriminator: Discriminator, path: Path, form: Form) -> None:
    """Write it under yangxy/GPEN's names in that layout, else as a file of ours."""
    if form.layout == "yangxy":
        save_yangxy_discriminator(discriminator, path, form.dtype, form.legacy)
    else:
        save_discriminator(discriminator, path, form.dtype)


def reactor_side(path: Path) -> int:
    """The pixels per side that ReActor feeds to an ONNX file of this name."""
    return next((side for side in REACTOR_SIDES if str(side) in path.name), 512)
