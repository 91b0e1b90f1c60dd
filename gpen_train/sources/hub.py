"""Datasets of the Hub by name, which ``datasets`` downloads and keeps as Arrow files in its cache."""

import re
from pathlib import Path

from gpen_train.quote import REASON, quoted

NAME = re.compile(r"[\w.-]*\w/\w[\w.-]*")


def is_name(root: Path) -> bool:
    """Whether ``root`` is not here, and may be the name of a dataset: user/set."""
    return not root.exists() and NAME.fullmatch(root.as_posix()) is not None


def fetch(name: str, split: str) -> list[Path]:
    """The Arrow files of a split of the dataset ``name``, downloaded once.

    Raises OSError or ValueError, in one line, where it cannot be had.
    """
    if not re.fullmatch(r"\w+(\.\w+)*", split):
        raise ValueError(
            f"the split is {split!r}; expected the name of one, as split or held_out_split of "
            "data=hugging_face: fewer images are had by limit"
        )
    try:
        import datasets
    except ImportError as error:
        raise ValueError(
            f"there is nothing at {name} here, and a dataset of that name on the Hub needs "
            'datasets, which is not installed: pip install "gpen-train[hf]"'
        ) from error
    try:
        prepared = datasets.load_dataset(name, split=split)
    except Exception as error:  # the package, the Hub and the network between raise nearly anything
        kind = OSError if isinstance(error, OSError) else ValueError
        reason = quoted((str(error).splitlines() or [type(error).__name__])[0], REASON)
        raise kind(
            f"there is nothing at {name} here, and the Hub gave no dataset of that name with the split "
            f"{split!r}: {reason}; check the name, the split and the network"
        ) from error
    return [Path(file["filename"]) for file in prepared.cache_files]
