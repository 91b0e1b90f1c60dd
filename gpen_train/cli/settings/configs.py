"""Where the YAML files are, and their names."""

import re
from pathlib import Path

import gpen_train
from gpen_train.cli.settings.titles import title_of


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


def groups_of(name: str) -> tuple[str, ...]:
    """The groups that configs/NAME.yaml chooses in: those of its ``defaults`` that are folders."""
    head = (configs_folder() / f"{name}.yaml").read_text("utf-8").partition("\n\n")[0]
    return tuple(group for group in re.findall(r"^  - (\w+):", head, re.MULTILINE) if choices_of(group))


def title_of_choice(group: str, choice: str) -> str:
    """What the file of a choice says of itself."""
    return title_of((configs_folder() / group / f"{choice}.yaml").read_text("utf-8"))
