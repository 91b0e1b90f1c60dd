"""Losses and learning rates for the weights that a run starts from, where no others are chosen."""

from collections.abc import Iterable

import hydra
from omegaconf import DictConfig, OmegaConf, open_dict

from gpen_train.cli.settings.presets import preset
from gpen_train.cli.settings.schema import TrainSettings

AUTO = "auto"
FROM_WEIGHTS = {"losses": "gpen", "optimizer": "paper"}  # a generator that knows faces is moved gently
FROM_RANDOM = {"losses": "scratch", "optimizer": "scratch"}


def composed(name: str, overrides: Iterable[str]) -> DictConfig:
    """configs/NAME.yaml with ``overrides``, and a preset for each group that is left to ``auto``."""
    overrides = list(overrides)
    found = hydra.compose(name, overrides, return_hydra_config=True)
    choices, presets = found.hydra.runtime.choices, presets_for(found)
    chosen = [f"{group}={choice}" for group, choice in presets.items() if choices.get(group) == AUTO]
    if chosen:
        return hydra.compose(name, overrides + chosen)
    with open_dict(found):
        del found["hydra"]
    return found


def presets_for(config: DictConfig) -> dict[str, str]:
    """The preset of each group that ``auto`` stands for."""
    return FROM_WEIGHTS if config.get("init_from") else FROM_RANDOM


def reason(group: str, config: DictConfig) -> str:
    """Which preset the group's settings are and why, where they are what ``auto`` stands for; else ""."""
    name = presets_for(config)[group]
    if OmegaConf.merge(OmegaConf.structured(TrainSettings)[group], preset(group, name)) != config[group]:
        return ""
    return f"{group}={name}, as there is {'an' if config.init_from else 'no'} init_from"
