"""What stands in the YAML files."""

from omegaconf import DictConfig, OmegaConf

from gpen_train.cli.settings.configs import configs_folder


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
        has_value = not (OmegaConf.is_missing(config, key) or OmegaConf.is_interpolation(config, key))
        if has_value and isinstance(config[key], DictConfig):
            names += names_of(config[key], f"{prefix}{key}.")
    return names
