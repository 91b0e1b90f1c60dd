"""What a user has to give with an experiment: the settings that the files of its data leave open."""

from omegaconf import OmegaConf

from gpen_train.cli.settings.configs import configs_folder


def open_settings(overrides):
    """As ["data.root"]: of the data that ``overrides`` choose, else of their experiment's."""
    chosen = dict(override.split("=", 1) for override in overrides if "=" in override)
    file = configs_folder() / "data" / f"{chosen.get('data') or data_of(chosen.get('experiment'))}.yaml"
    return sorted(f"data.{name}" for name in OmegaConf.missing_keys(OmegaConf.load(file)))


def data_of(experiment):
    """The file of configs/data that an experiment, or one that it stands on, chooses."""
    file = configs_folder() / "experiment" / f"{experiment}.yaml"
    for default in OmegaConf.load(file).get("defaults", []) if file.exists() else []:
        if isinstance(default, str):
            return data_of(default)
        if "override /data" in default:
            return default["override /data"]
    return "folder"
