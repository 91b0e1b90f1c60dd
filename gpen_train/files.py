"""Files that are written whole or not at all, and JSON that is read with care."""

import errno
import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from gpen_train.fields import COUNT, WHOLE
from gpen_train.quote import quoted, reason_of

CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; when the block ends well, it becomes ``path`` in one step.

    For writers that take a path; what they have written there is flushed to the disk, then renamed. When the
    block raises, ``path`` stays as it was and the temporary file is removed.

    Raises OSError, in one line, where the disk is full or the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with told_in_one_line(path, temporary):
            yield temporary
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    finally:
        with suppress(OSError):  # a read-only file system refuses it even where there is no such file
            temporary.unlink(missing_ok=True)


@contextmanager
def told_in_one_line(path: Path, temporary: Path) -> Iterator[None]:
    """OSError that says so where the block, which writes ``temporary`` to become ``path``, cannot write."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        failure = _failure_of(error, temporary)
        if failure is None:
            raise
        raise OSError(
            f"cannot write {path}: {failure.strerror}; make room there, or choose another place, and run the "
            "command again"
        ) from error


@contextmanager
def atomic_file(path: str | Path) -> Iterator[BinaryIO]:
    """As ``atomic_path``, for writers that take an open file."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        yield file


def _failure_of(error: BaseException | None, temporary: Path) -> OSError | None:
    """What the system said when ``temporary`` could not be written; torch.save hides it behind its own."""
    while isinstance(error, RuntimeError):
        error = error.__context__
    if not isinstance(error, OSError) or error.errno not in CANNOT_WRITE:
        return None
    return error if error.filename in (None, str(temporary)) else None


def remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed in ``atomic_path`` has left; nobody may be writing in there."""
    for leftover in folder.rglob(".*.part"):
        leftover.unlink(missing_ok=True)


def parse_json(content: bytes | str, finite: bool = True) -> Any:
    """What JSON says; raises ValueError also where it is nested too deep for Python.

    It knows no NaN and no infinity, but Python reads them: they are refused, unless not ``finite``.
    """
    number = _finite if finite else float
    try:
        return json.loads(content, parse_float=number, parse_constant=number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"it holds the number {quoted(text)}, which is not finite")
    return number


def read_json(path: str | Path) -> dict[str, Any]:
    """The object in the file at ``path``; raises ValueError, in one line, where it holds none."""
    try:
        content = parse_json(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(
            f"{path} is no JSON file ({reason_of(error)}); repair it, or choose another"
        ) from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected an object: names and values")
    return content


def sha256_of(path: str | Path) -> str:
    """The SHA-256 of a file's bytes."""
    found = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


STAMP = {"bytes": COUNT, "changed": WHOLE}


def stamp(path: Path) -> dict[str, int]:
    """Size in bytes and time of change in nanoseconds, for a record: others mean another file."""
    status = path.stat()
    return {"bytes": status.st_size, "changed": status.st_mtime_ns}


def is_of(record: Mapping[str, Any], path: Path) -> bool:
    """Whether the stamp in ``record`` is that of the file as it is now."""
    return stamp(path).items() <= record.items()
