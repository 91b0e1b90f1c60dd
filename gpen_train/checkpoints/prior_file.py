"""Files of our own that are no bundle: a prior, and a discriminator."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gpen_train import __version__
from gpen_train.checkpoints.build import construct, fill
from gpen_train.checkpoints.bundle import plain, storable
from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.parts import joined, under
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
    kept = dict(vars(getattr(prior, "args", Namespace())))
    own = {"version": f"GPEN-Prior-{prior.output_resolution}", "model": prior.settings}
    args = {**own, **(kept if training is None else training), "package_version": __version__}
    state = {name: storable(tensor, dtype) for name, tensor in prior.state_dict().items()}
    content: dict[str, Any] = {part: under(state, f"{part}.") for part in ("mapper", "generator")}
    _write({**content, "w_average": state["w_average"]}, {**args, **own}, path)


def prior_from_content(content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32) -> Prior:
    """The prior of a file's content as ``safe_load`` gives it."""
    args = _args(content, source)
    parts = {part: content[part] for part in ("mapper", "generator")}
    if not all(isinstance(part, Mapping) for part in parts.values()):
        raise ValueError(f"{source} is no prior: its mapper and generator are no state dicts")
    state = {**joined(parts), "w_average": content["w_average"]}
    prior = fill(construct(build_prior, args.model, state, source), state, source, dtype)
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
    _write({"discriminator": state}, args, path)


def discriminator_from_content(
    content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32
) -> Discriminator:
    """The discriminator of a file's content as ``safe_load`` gives it."""
    settings, state = _args(content, source).model, content["discriminator"]
    if not isinstance(state, Mapping):
        raise ValueError(f"{source} is no discriminator: it holds a {type(state).__name__} for its weights")
    return fill(construct(Discriminator, settings, state, source), state, source, dtype)


def _args(content: Mapping[str, Any], source: str) -> Namespace:
    args = content.get("args")
    if not isinstance(args, Namespace) or not isinstance(getattr(args, "model", None), dict):
        raise ValueError(f"{source} does not say how its network is built: its args lack `model`")
    return args


def _write(content: Mapping[str, Any], args: Mapping[str, Any], path: str | Path) -> None:
    """Write ``content`` and its args, with the digest of the tensors."""
    namespace = Namespace(**plain({**args, "digest": digest_of(content)}, "args"))
    with atomic_file(path) as file:
        torch.save({**content, "args": namespace}, file)
