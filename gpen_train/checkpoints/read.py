"""Everything that a file holds, in our own names: a model, a discriminator, an encoder's weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints import bundle, prior_file
from gpen_train.checkpoints.door import opened, opened_content
from gpen_train.checkpoints.formats.errors import OtherNetwork
from gpen_train.checkpoints.known import AVERAGED, Known
from gpen_train.checkpoints.layout import (
    BUNDLE,
    DISCRIMINATOR,
    LIGHTNING,
    NVLABS,
    PRIOR,
    RESNET,
    ROSINALITY,
    STATE,
    YANGXY_DISCRIMINATOR,
    YANGXY_GENERATOR,
    YANGXY_TRAINING,
)
from gpen_train.checkpoints.layouts import lightning, nvlabs, rosinality, state_dict, yangxy
from gpen_train.checkpoints.layouts.nvlabs_settings import states_of
from gpen_train.checkpoints.run_folder import file_of
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.encoders.resnet50 import fold_batch_norm
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.quote import quoted, quoted_names

GENERAL = (AVERAGED, "g")  # what the models of a training are called
OF_ONE_MODEL = (BUNDLE, STATE, PRIOR, DISCRIMINATOR, YANGXY_GENERATOR, YANGXY_DISCRIMINATOR, RESNET)


@dataclass
class Weights:
    """What a file holds. ``unused`` counts the values that belong to none of it, by their key there.

    ``unread`` has the parts of a kind that is not read, with the reason in one line.
    """

    model: GPEN | Prior | None = None
    discriminator: Discriminator | None = None
    encoder: dict[str, Tensor] | None = None  # of a ResNet-50, batch norm folded
    unused: dict[str, int] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # part -> why it was not read
    around: list[str] = field(default_factory=list)  # the keys and prefixes that it was wrapped in
    layout: str = ""
    source: str = ""


def read(path: str | Path, dtype: torch.dtype = torch.float32, key: str = AVERAGED) -> Weights:
    """Read the file at ``path`` (or URL), or the checkpoint of the run's folder there, in any layout.

    ``key`` picks the model where a file holds several: "g_ema" (also NVlabs' G_ema) or "g", or names what it
    is wrapped in, as "params". Nothing in the file is executed. Raises OSError where it cannot be opened, and
    ValueError, in one line, where it is damaged, refused, or in an unknown layout.
    """
    source = file_of(path)
    return _read(opened(source, key=key), source, dtype, key)


def read_content(
    content: Any, source: str, dtype: torch.dtype = torch.float32, key: str = AVERAGED
) -> Weights:
    """As ``read``, of what another reader has taken from a file, in memory; ``source`` names it in errors."""
    return _read(opened_content(content, source, key), source, dtype, key)


def _read(found: Known, source: str, dtype: torch.dtype, key: str) -> Weights:
    if found.layout in OF_ONE_MODEL and key not in (*GENERAL, *found.around):
        raise ValueError(no_key(source, found.layout, key, [*found.around, *_counts(found.beside)]))
    weights = READERS[found.layout](found.content, source, dtype, AVERAGED if key in found.around else key)
    weights.unused |= _counts(found.beside)
    weights.layout, weights.source, weights.around = found.layout, source, found.around
    return weights


def check_chosen(weights: Weights, key: str) -> None:
    """Raise ValueError where a key of the GENERAL ones, not the usual one, had nothing to choose from.

    Where several files are read with one key, it is for those that hold several models.
    """
    if weights.layout in OF_ONE_MODEL and key != AVERAGED and not weights.around:
        raise ValueError(no_key(weights.source, weights.layout, key, []))


def no_key(source: str, layout: str, key: str, others: Sequence[str]) -> str:
    """The line for a key that a file of one model lacks: those there are, if any."""
    if others:
        return f"{source} holds no {quoted(key)}; choose the key among: {quoted_names(others)}"
    return f"{source} is a {layout} of one model, so it has no key {quoted(key)}; leave it out"


def _lightning(content: Mapping[str, Any], source: str, dtype: torch.dtype, key: str) -> Weights:
    return Weights(
        lightning.model_from_checkpoint(content, source, dtype, key),
        lightning.discriminator_from_checkpoint(content, source, dtype),
    )


def _yangxy_training(content: Mapping[str, Any], source: str, dtype: torch.dtype, key: str) -> Weights:
    model = yangxy.gpen_from_state(_chosen(content, key, source), source, dtype)
    weights = Weights(model, unused=_counts(content, without=(key, "d")))
    return _with_judge(weights, content.get("d"), source, dtype, yangxy.discriminator_from_state)


def _rosinality(content: Mapping[str, Any], source: str, dtype: torch.dtype, key: str) -> Weights:
    prior = rosinality.prior_from_state(
        _chosen(content, key, source), content.get("latent_avg"), source, dtype
    )
    weights = Weights(prior, unused=_counts(content, without=(key, "d", "latent_avg")))
    return _with_judge(weights, content.get("d"), source, dtype, yangxy.discriminator_from_state)


def _nvlabs(content: Mapping[str, Any], source: str, dtype: torch.dtype, key: str) -> Weights:
    key = {"g_ema": "G_ema", "g": "G"}.get(key, key)
    states = states_of(content)
    weights = Weights(unused=_counts(states, without=(key, "D")))
    if states.keys() != {"D"}:
        weights.model = nvlabs.prior_from_state(_chosen(states, key, source), source, dtype)
    read_judge = partial(nvlabs.discriminator_from_state, group_size=nvlabs.group_size_of(content.get("D")))
    return _with_judge(weights, states.get("D"), source, dtype, read_judge)


def _with_judge(
    weights: Weights, state: Any, source: str, dtype: torch.dtype, read_judge: Callable[..., Discriminator]
) -> Weights:
    """``weights`` with the discriminator of that state dict, or with why it is of no kind that is read."""
    try:
        weights.discriminator = read_judge(state, source, dtype) if state else None
    except OtherNetwork as other:
        if weights.model is None:
            raise
        weights.unread["discriminator"] = str(other)
    return weights


def _resnet(content: Mapping[str, Any], source: str, dtype: torch.dtype, key: str) -> Weights:
    classifier = {name: content[name] for name in ("fc.weight", "fc.bias") if name in content}
    folded = {name: tensor.to(dtype) for name, tensor in fold_batch_norm(content).items()}
    return Weights(encoder=folded, unused={"fc": sum(tensor.numel() for tensor in classifier.values())})


READERS: dict[str, Callable[[Mapping[str, Any], str, torch.dtype, str], Weights]] = {
    BUNDLE: lambda content, source, dtype, _: Weights(bundle.from_content(content, source, dtype)),
    STATE: lambda content, source, dtype, _: Weights(state_dict.gpen_from_state(content, source, dtype)),
    PRIOR: lambda content, source, dtype, _: Weights(prior_file.prior_from_content(content, source, dtype)),
    DISCRIMINATOR: lambda content, source, dtype, _: Weights(
        discriminator=prior_file.discriminator_from_content(content, source, dtype)
    ),
    LIGHTNING: _lightning,
    YANGXY_GENERATOR: lambda content, source, dtype, _: Weights(
        yangxy.gpen_from_state(content, source, dtype)
    ),
    YANGXY_DISCRIMINATOR: lambda content, source, dtype, _: Weights(
        discriminator=yangxy.discriminator_from_state(content, source, dtype)
    ),
    YANGXY_TRAINING: _yangxy_training,
    ROSINALITY: _rosinality,
    NVLABS: _nvlabs,
    RESNET: _resnet,
}


def _chosen(content: Mapping[str, Any], key: str, source: str) -> Mapping[str, Tensor]:
    if not isinstance(content.get(key), Mapping):
        states = [name for name, value in content.items() if isinstance(value, Mapping)]
        raise ValueError(f"{source} holds no {quoted(key)}; choose the key among: {quoted_names(states)}")
    return content[key]


def _counts(content: Mapping[str, Any], without: tuple[str, ...] = ()) -> dict[str, int]:
    """How many values the tensors of each entry have, those ``without`` apart."""
    counts = {
        name: sum(value.numel() for value in state.values() if isinstance(value, Tensor))
        for name, state in content.items()
        if name not in without and isinstance(state, Mapping)
    }
    return {name: count for name, count in counts.items() if count}
