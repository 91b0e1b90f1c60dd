"""Fetching a pretrained file: resumed, compared with its checksum, and never opened."""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gpen_train.files import sha256_of, told_in_one_line
from gpen_train.places.patience import Patience
from gpen_train.places.place import is_web
from gpen_train.places.resume import resume
from gpen_train.places.web import WebFile
from gpen_train.pretrained.places import shown
from gpen_train.pretrained.record import Record
from gpen_train.quote import quoted
from gpen_train.words import decimal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = ".gpen-weights.lock"
ATTEMPTS = 4  # without a byte, before the server is given up: some seconds
MIRROR = "GPEN_WEIGHTS_URL"


class Verdict(NamedTuple):
    """What a file's bytes say."""

    is_right: bool
    sha256: str
    expected: str  # "" where the publisher gives none


def verdict(record: Record, path: Path) -> Verdict:
    """Compare with the publisher's checksum; without one, a web page in the file's place is found out."""
    found = sha256_of(path)
    if record.sha256:
        return Verdict(found.startswith(record.sha256), found, record.sha256)
    with path.open("rb") as file:
        is_page = file.read(512).lstrip().startswith(b"<")
    return Verdict(not is_page, found, "")


def source_of(record: Record, mirror: str | None = None) -> str:
    """The address that it is fetched from: the publisher's, or ``mirror`` and the file's name.

    Raises ValueError for a file that cannot be fetched, and for a mirror that is no address.
    """
    if not record.is_fetched_here:
        raise ValueError(
            f"{record.name} comes with its package, or is fetched by it at first use: {record.install}"
        )
    if mirror:
        if not is_web(mirror):
            raise ValueError(
                f"{MIRROR} is {quoted(mirror)}; expected the address of a folder, http:// or https://"
            )
        return f"{mirror.rstrip('/')}/{record.file}"
    if not record.address:
        raise ValueError(
            f"{record.file} has no address that leads to the file itself: get it at {record.page} and put it "
            f"into weights/, or set {MIRROR} to a mirror that has it"
        )
    return record.address


def fetch(
    record: Record,
    folder: Path,
    mirror: str | None = None,
    patience: Patience | None = None,
) -> Path:
    """Fetch the file into ``folder``, under a progress bar -> its path; at once where it is there.

    What was broken off goes on. Raises ValueError as ``source_of`` does; OSError, in one line, where it
    cannot be had or stored, and where its checksum differs: then it is kept aside, as that line says.
    """
    source, target = source_of(record, mirror), folder / record.file
    advice = f"put {record.file} into weights/, or set {MIRROR} to a mirror, and run the command again"
    file = WebFile(source, patience or Patience(attempts=ATTEMPTS, advice=advice))
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if target.is_file():
            return target
        key = hashlib.sha256(f"{source}\n{file.stamp()}".encode()).hexdigest()[:8]
        part = folder / f"{record.file}.{key}.part"  # a file that has changed since is begun anew
        _check_room(target, file.size() - (part.stat().st_size if part.exists() else 0))
        with told_in_one_line(target, part):
            resume(file, part, f"fetching {record.name}")
        found = verdict(record, part)
        if not found.is_right:
            aside = part.replace(folder / f"{record.file}.{found.sha256[:8]}.wrong")
            raise OSError(_wrong(record, source, found, aside))
        part.replace(target)
        for other in folder.glob(f"{record.file}.*.part"):
            other.unlink(missing_ok=True)
    return target


def _wrong(record: Record, source: str, found: Verdict, aside: Path) -> str:
    what = (
        f"the SHA-256 {found.sha256[:16]}.. where {found.expected[:16]} is expected"
        if found.expected
        else "a web page where weights are expected"
    )
    return (
        f"{source} gave {what}: it is kept aside as {shown(aside)} and not used; fetch {record.name} again, "
        f"or elsewhere ({MIRROR})"
    )


def _check_room(target: Path, num_bytes: int) -> None:
    """Raise OSError where the disk has less room."""
    free = shutil.disk_usage(target.parent).free
    if free < num_bytes:
        raise OSError(
            f"cannot write {shown(target)}: it needs {decimal(num_bytes / 1e6, 3)} MB and "
            f"{decimal(free / 1e6, 3)} MB are free there; make room, or choose another folder (--folder)"
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time fetches into a folder; the others wait, and find what it has fetched."""
    if fcntl is None:
        yield
        return
    with (folder / LOCK_FILE).open("w") as lock:  # it stays: to delete it would let two lock two files
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"gpen: another process fetches into {shown(folder)}; waiting for it", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield
