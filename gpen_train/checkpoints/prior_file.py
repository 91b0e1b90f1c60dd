"""Files of our own that are no bundle: a prior, and a discriminator."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gpen_train import __version__
from gpen_train.checkpoints.build import fill
from gpen_train.checkpoints.bundle import plain, storable
from gpen_train.files import atomic_file
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.prior import Prior, build_prior


def save_prior(
    prior: Prior,
    path: str | Path,
    training: Mapping[str, Any] | None = None,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write ``{mapper, generator, w_average, args}``; the file appears whole or not at all.

    ``training`` is what it was trained with, of plain values alone. Constant noise is left out.
    """
    kept = vars(getattr(prior, "args", Namespace()))
    own = {"version": f"GPEN-Prior-{prior.output_resolution}", "model": prior.settings}
    args = {**own, "package_version": __version__, **(kept if training is None else training)}
    state = {name: storable(tensor, dtype) for name, tensor in prior.state_dict().items()}
    content: dict[str, Any] = {
        part: {name.removeprefix(f"{part}."): t for name, t in state.items() if name.startswith(f"{part}.")}
        for part in ("mapper", "generator")
    }
    content |= {"w_average": state["w_average"], "args": Namespace(**plain({**args, **own}, "args"))}
    with atomic_file(path) as file:
        torch.save(content, file)


def prior_from_content(content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32) -> Prior:
    """The prior of a file's content as ``safe_load`` gives it."""
    args = _args(content, source)
    parts = {part: content[part] for part in ("mapper", "generator")}
    if not all(isinstance(part, Mapping) for part in parts.values()):
        raise ValueError(f"{source} is no prior: its mapper and generator are no state dicts")
    state = {f"{part}.{name}": tensor for part, named in parts.items() for name, tensor in named.items()}
    prior = _built(build_prior, args.model, source)
    prior = fill(prior, {**state, "w_average": content["w_average"]}, source, dtype)
    prior.args = args
    return prior


def save_discriminator(
    discriminator: Discriminator, path: str | Path, dtype: torch.dtype = torch.float32
) -> None:
    """Write ``{discriminator, args}``; the file appears whole or not at all."""
    state = {name: storable(tensor, dtype) for name, tensor in discriminator.state_dict().items()}
    args = {
        "version": f"GPEN-Discriminator-{discriminator.resolution}",
        "model": discriminator.settings,
        "package_version": __version__,
    }
    with atomic_file(path) as file:
        torch.save({"discriminator": state, "args": Namespace(**plain(args, "args"))}, file)


def discriminator_from_content(
    content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32
) -> Discriminator:
    """The discriminator of a file's content as ``safe_load`` gives it."""
    settings = _args(content, source).model
    return fill(_built(Discriminator, settings, source), content["discriminator"], source, dtype)


def _args(content: Mapping[str, Any], source: str) -> Namespace:
    args = content.get("args")
    if not isinstance(args, Namespace) or not isinstance(getattr(args, "model", None), dict):
        raise ValueError(f"{source} does not say how its network is built: its args lack `model`")
    return args


def _built(build: Any, settings: Mapping[str, Any], source: str) -> Any:
    try:
        with torch.device("meta"):
            return build(**settings)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{source} holds settings that build no model: {error}") from error
