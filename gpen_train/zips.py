"""Zips whose entries are read whole: never more than they say, nor than there is room for."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # numpy's; the others inflate a piece without a bound


def check_stored(path: str | Path) -> None:
    """Raise ValueError where the file is a zip whose entries declare more bytes in all than the file has.

    torch.save and numpy's ``savez`` store them as they are. Raises nearly anything where the zip is damaged,
    OSError where it cannot be opened.
    """
    with Path(path).open("rb") as file:
        if not zipfile.is_zipfile(file):
            return
        with zipfile.ZipFile(file) as archive:
            declared = sum(entry.file_size for entry in archive.infolist())
        if declared > (size := file.seek(0, io.SEEK_END)):
            raise ValueError(f"its {size} bytes declare {declared}; expected entries that are not packed")


def read_arrays(path: str | Path, names: Iterable[str], most_bytes: int) -> dict[str, np.ndarray]:
    """The arrays of these names in an .npz, each of ``most_bytes`` at most; nothing in it is executed.

    Raises OSError where the file cannot be opened, KeyError for a name that it lacks, and nearly anything
    else where it is damaged.
    """
    with Path(path).open("rb") as file, zipfile.ZipFile(file) as archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        return {name: _array(archive, entries[name], most_bytes) for name in names}


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_bytes: int) -> np.ndarray:
    if entry.file_size > most_bytes or entry.compress_type not in METHODS:
        raise ValueError(f"its {entry.filename} has {entry.file_size} bytes; expected {most_bytes} at most")
    with archive.open(entry) as stream:
        return np.lib.format.read_array(io.BytesIO(stream.read(entry.file_size)), allow_pickle=False)
