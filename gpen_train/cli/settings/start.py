"""Losses and learning rates for the weights that a run starts from, where no others are chosen."""

from omegaconf import DictConfig, OmegaConf

from gpen_train.cli.settings.presets import preset

AUTO = "auto"
FROM_WEIGHTS = {"losses": "gpen", "optimizer": "paper"}  # a generator that knows faces is moved gently
FROM_RANDOM = {"losses": "scratch", "optimizer": "scratch"}  # as the files auto.yaml have it


def chosen_for(config: DictConfig) -> dict[str, str]:
    """The preset of each group that is left to ``auto``; ``config`` holds Hydra's own settings too."""
    choices = config.hydra.runtime.choices
    return {group: choice for group, choice in presets_for(config).items() if choices.get(group) == AUTO}


def presets_for(config: DictConfig) -> dict[str, str]:
    """The preset of each group that ``auto`` stands for."""
    return FROM_WEIGHTS if config.get("init_from") else FROM_RANDOM


def why(config: DictConfig) -> str:
    """The reason for these presets."""
    return f"as there is {'an' if config.get('init_from') else 'no'} init_from"


def reason(group: str, config: DictConfig, schema: type) -> str:
    """Which preset the group's settings are and why, where they are what ``auto`` stands for; else ""."""
    name = presets_for(config)[group]
    if OmegaConf.merge(OmegaConf.structured(schema)[group], preset(group, name)) != config[group]:
        return ""
    return f"{group}={name}, {why(config)}"
