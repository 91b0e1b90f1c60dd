"""Where the YAML files are, and their names."""

from pathlib import Path

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
