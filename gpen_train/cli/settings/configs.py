"""Where the YAML files are."""

from pathlib import Path

import gpen_train


def configs_folder() -> Path:
    """The folder of the YAML files: inside an installed package, or beside it in a checkout."""
    package = Path(gpen_train.__file__).parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"
