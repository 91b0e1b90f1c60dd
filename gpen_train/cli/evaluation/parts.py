"""What an evaluation compares: from its configuration to models and folders."""

from collections.abc import Sequence
from pathlib import Path

import torch
from omegaconf import DictConfig

from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.load import load
from gpen_train.cli.checkpoint import said
from gpen_train.cli.evaluation.data import Data
from gpen_train.cli.evaluation.names import name_systems
from gpen_train.cli.settings.compose import compose
from gpen_train.devices import dtype_named
from gpen_train.evaluation.folders import ImageFolder
from gpen_train.evaluation.systems import BASELINES, Candidate, Drawer, Restorer, from_files
from gpen_train.files import sha256_of
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.places.place import is_url
from gpen_train.processes import rank


def load_models(config: DictConfig) -> tuple[dict[str, GPEN], dict[str, Prior]]:
    """The models of ``checkpoint`` that restore, or the priors, by the names of their rows.

    Raises ValueError where there are both, and for priors beside restored images.
    """
    found = {
        name: load(said(file) if rank() == 0 else file, key=config.key)
        for name, file in name_systems(config).checkpoints.items()
    }
    models = {name: model for name, model in found.items() if isinstance(model, GPEN)}
    priors = {name: model for name, model in found.items() if isinstance(model, Prior)}
    if priors and (models or config.restored):
        raise ValueError(
            f"{next(iter(priors))} is a prior, which draws faces, and {next(iter(models), 'restored')} is of "
            "restored ones; evaluate them apart"
        )
    return models, priors


def with_task_of(models: dict[str, GPEN], config: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """The configuration for the task that the models say they are for, where none is given."""
    tasks = {name: getattr(getattr(model, "args", None), "task", None) for name, model in models.items()}
    known = {task for task in tasks.values() if task}
    if len(known) > 1:
        found = ", ".join(f"{name} is for {task}" for name, task in tasks.items() if task)
        raise ValueError(
            f"the checkpoints are for several tasks ({found}); evaluate those of one task together"
        )
    if known and not any(override.startswith("task=") for override in overrides):
        return compose("evaluate", [f"task={known.pop()}", *overrides])
    return config


def find_candidates(
    config: DictConfig, models: dict[str, GPEN], data: Data, device: torch.device
) -> tuple[list[Candidate], dict[str, ImageFolder]]:
    """The rows of the table, and the folders of those that are files."""
    precision = dtype_named(config.dtype)
    files, restored = name_systems(config)
    rows = list(BASELINES) if data.pairs.has_degraded else []
    for name, model in models.items():
        restorer = Restorer(model.for_inference(precision).to(device))
        rows.append(Candidate(name, "checkpoint", restorer, files[name], _fingerprint(files[name], model)))
    folders = {}
    for name, root in restored.items():
        folder = ImageFolder(root, data.labels, others_too=config.images is not None)
        folder.check(data.pairs.resolution)
        folders[name] = folder
        rows.append(Candidate(name, "restored", from_files(name), str(root), folder.fingerprint()))
    return rows, folders


def find_priors(config: DictConfig, priors: dict[str, Prior], device: torch.device) -> list[Candidate]:
    """The rows of priors, which draw what `gpen sample` of the same seed draws, but for the noise."""
    files = name_systems(config).checkpoints
    rows = []
    for name, model in priors.items():
        drawer = Drawer(model.for_inference(dtype_named(config.dtype)).to(device), config.seed)
        rows.append(Candidate(name, "checkpoint", drawer, files[name], _fingerprint(files[name], model)))
    return rows


def _fingerprint(file: str, model: GPEN | Prior) -> str:
    """The SHA-256 of a file, or, of a run's folder and at a URL, of the weights in it."""
    is_file = not is_url(file) and Path(file).is_file()
    return sha256_of(file) if is_file else digest_of(dict(model.state_dict()))
