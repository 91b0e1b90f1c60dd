"""The models that a page offers."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch

from gpen_train.checkpoints.load import load_gpen
from gpen_train.degradations.chain import Chain, build_chain
from gpen_train.models.gpen import GPEN
from gpen_train.restoration.network import Network
from gpen_train.restoration.tasks import task_of


class Model(NamedTuple):
    """A model ready for use, and what it was trained for."""

    network: Network
    task: str

    @property
    def gpen(self) -> GPEN:
        return self.network.model

    @property
    def resolution(self) -> int:
        """Pixels a side of what it makes."""
        return self.gpen.settings["output_resolution"]


def load_models(paths: Iterable[str | Path], device: torch.device, dtype: torch.dtype) -> dict[str, Model]:
    """The models of some files, or runs' folders, by short names; raises as ``load_gpen`` does."""
    models: dict[str, Model] = {}
    for path in paths:
        gpen = load_gpen(path).for_inference(dtype).to(device)
        name = Path(path).stem
        models[name if name not in models else str(path)] = Model(Network(gpen), task_of(gpen) or "bfr")
    return models


def own_chains(models: dict[str, Model]) -> dict[str, Chain]:
    """The degradations that models were trained with, of those whose files say it."""
    chains = {}
    for name, model in models.items():
        settings = getattr(getattr(model.gpen, "args", None), "task_settings", None)
        if isinstance(settings, dict) and isinstance(settings.get("degradation"), dict):
            chains[f"as {name} was trained"] = build_chain(**settings["degradation"])
    return chains
