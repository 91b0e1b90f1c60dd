"""The files of training checkpoints: written whole or not at all, and compared with their checksums."""

import zipfile
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.read_file import read_file
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.files import atomic_file


class AtomicCheckpointIO(TorchCheckpointIO):
    """Write beside the target and rename; Lightning goes through TMPDIR, and a kill can empty the file."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Raises OSError, in one line, where the file cannot be written; the earlier ones stay whole."""
        with atomic_file(path) as file:
            torch.save(checkpoint, file)

    def load_checkpoint(self, path: str | Path, *_: Any, **__: Any) -> dict[str, Any]:
        """Read with nothing executed, onto the CPU; ValueError where the file is damaged."""
        return safe_load(path)


def damage(path: Path) -> str | None:
    """What is wrong with a checkpoint's file, or None: its checksums and its structure are looked at."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
        if broken:
            return f"{broken} does not match its checksum"
        read_file(path, Declaring())
    except Exception as error:  # damaged bytes make the reader raise nearly anything
        return (str(error) or type(error).__name__).splitlines()[0]
    return None
