"""Where the YAML files are, and what stands in them."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

import gpen_train


def configs_folder() -> Path:
    """The folder of the YAML files: inside an installed package, or beside it in a checkout."""
    package = Path(gpen_train.__file__).parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"


def preset(group: str, name: str) -> DictConfig:
    """What stands in the file of a group, on top of the files that its defaults name."""
    own = OmegaConf.load(configs_folder() / group / f"{name}.yaml")
    parents = [preset(group, parent) for parent in own.pop("defaults", []) if isinstance(parent, str)]
    return OmegaConf.merge(*parents, own)
