"""What commands write to: folders that are known to be writable."""

import os
from pathlib import Path


def writable_folder(path: str | Path) -> Path:
    """Make the folder if need be, and write a file there and remove it.

    Raises OSError, in one line, where that fails: before the work, not after it.
    """
    folder = Path(path)
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
