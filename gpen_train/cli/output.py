"""What commands write to: folders that are known to be writable."""

import os
import re
from pathlib import Path

from gpen_train.curation.share import Share


def writable_folder(path: str | Path) -> Path:
    """Make the folder if need be, and write a file there and remove it.

    Raises OSError, in one line, where that fails: before the work, not after it. ValueError for a URL.
    """
    folder = local(path)
    probe = folder / f".write-test.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OSError(
            f"cannot write into {folder}: {error.strerror or error}; expected a folder that can be written, "
            f"choose another"
        ) from error
    return folder


def local(path: str | Path) -> Path:
    """``path``, to write to; ValueError where it is a URL, of which a Path has lost a slash."""
    if re.match(r"[A-Za-z][\w+.-]+:/", str(path)):
        raise ValueError(
            f"nothing is written to a URL, as {path}; expected a path here: write there, then copy it"
        )
    return Path(path)


def say_unfinished(share: Share, path: Path) -> None:
    """Say that a share has done its own, and that others have not."""
    print(f"{share} is done; the last part to end writes {path}")
