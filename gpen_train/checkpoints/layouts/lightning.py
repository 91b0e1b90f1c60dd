"""Training checkpoints of our own, read as weights: the averaged model, or the one in training."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import torch

from gpen_train.checkpoints.build import build_with, construct, fill
from gpen_train.checkpoints.bundle import bundle_args
from gpen_train.checkpoints.layouts.nvlabs import discriminator_from_state
from gpen_train.checkpoints.parts import under
from gpen_train.models.adapters import merged
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior, build_prior
from gpen_train.quote import quoted

MODELS = {"g_ema": "averaged.model.", "g": "model."}  # by the names that others give them


def model_from_checkpoint(
    content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32, key: str = "g_ema"
) -> GPEN | Prior:
    """The GPEN or prior of a checkpoint's content, with the args that its file has; ``key`` as in MODELS."""
    if key not in MODELS:
        raise ValueError(f"{source} holds no {quoted(key)}; choose the key among: {', '.join(MODELS)}")
    record = content.get("record")
    if not isinstance(record, Mapping) or not isinstance(record.get("model"), Mapping):
        raise ValueError(f"{source} does not say how its model is built; expected a checkpoint of gpen_train")
    settings, state = record["model"], merged(under(content["state_dict"], MODELS[key]))
    training = {**_named(record, "training"), "images_seen": content.get("images_seen", 0)}
    if "encoder" not in settings:
        prior = fill(construct(build_prior, settings, state, source), state, source, dtype)
        prior.args = Namespace(**training)
        return prior
    model = build_with(settings, state, source, dtype)
    try:
        model.args = bundle_args(model, training, record.get("task"))
    except ValueError as error:
        raise ValueError(
            f"{source} has a record that goes into no bundle: {quoted(str(error), 200)}"
        ) from error
    return model


def discriminator_from_checkpoint(
    content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32
) -> Discriminator | None:
    """The discriminator of a checkpoint's content, or None where it has none."""
    state = under(content["state_dict"], "discriminator.")
    if not state:
        return None
    group_size = _named(content["record"], "discriminator").get("group_size", 4)
    if type(group_size) is not int:
        raise ValueError(
            f"{source} says group_size {quoted(group_size)} of its discriminator; expected an int"
        )
    return discriminator_from_state(state, source, dtype, group_size)  # their names are ours


def _named(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What stands under names in an entry of the record; nothing where the entry is no dict."""
    entries = record.get(name)
    items = entries.items() if isinstance(entries, Mapping) else ()
    return {key: value for key, value in items if isinstance(key, str)}
