"""Where the YAML files are, and what stands in them."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

import gpen_train


def configs_folder() -> Path:
    """The folder of the YAML files: inside an installed package, or beside it in a checkout."""
    package = Path(gpen_train.__file__).parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"


def choices_of(group: str) -> list[str]:
    """The files of a group, such as ``experiment``; none where it is no group."""
    folder = configs_folder() / group
    is_group = bool(group) and "." not in group and folder.is_dir()
    return sorted(path.stem for path in folder.glob("*.yaml")) if is_group else []


def needed_by(experiment: str) -> set[str]:
    """The values that an experiment leaves to the user, as ``init_from: ???``.

    Hydra does not let them take the place of a default that is there already.
    """
    return set(OmegaConf.missing_keys(preset("experiment", experiment)))


def preset(group: str, name: str) -> DictConfig:
    """What stands in the file of a group, on top of the files that its defaults name."""
    own = OmegaConf.load(configs_folder() / group / f"{name}.yaml")
    parents = [name for name in own.pop("defaults", []) if isinstance(name, str) and name != "_self_"]
    return OmegaConf.merge(*(preset(group, parent) for parent in parents), own)


def names_of(config: DictConfig, prefix: str = "") -> list[str]:
    """Every setting by its dotted name, groups too."""
    names = []
    for key in config:
        names.append(f"{prefix}{key}")
        if not OmegaConf.is_missing(config, key) and isinstance(config[key], DictConfig):
            names += names_of(config[key], f"{prefix}{key}.")
    return names
