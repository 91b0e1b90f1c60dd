"""What a checkpoint's pickles name, found by reading their opcodes: nothing in them runs."""

import io
import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # the number that a legacy file of torch.save opens with
LEGACY_PICKLES = 5  # magic number, version, system, content, keys of the storages; raw bytes follow


class Scan(NamedTuple):
    """The pickles of one file: their highest protocol, and the functions and classes that they name."""

    protocol: int
    named: tuple[tuple[str, str], ...]


def is_zip(path: Path) -> bool:
    """Whether a file starts as a zip does; it may be truncated."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip for reading; where its end is cut off, the error says so."""
    if not zipfile.is_zipfile(path):
        raise zipfile.BadZipFile("the index at the end of the zip is missing")
    return zipfile.ZipFile(path)


def scan(path: Path) -> Scan:
    """Scan a file of ``torch.save``, zip or legacy.

    Raises ValueError, EOFError or zipfile.BadZipFile where the file is damaged or of another kind.
    """
    scans = [scan_pickle(file) for file in (_zip_pickles(path) if is_zip(path) else _legacy_pickles(path))]
    return Scan(max(scan.protocol for scan in scans), tuple(name for scan in scans for name in scan.named))


def _zip_pickles(path: Path) -> Iterator[BinaryIO]:
    with open_zip(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".pkl")]
        if [name.rpartition("/")[2] for name in names] != ["data.pkl"]:
            raise ValueError(f"the archive holds {names[:4]} where one data.pkl is expected")
        yield io.BytesIO(archive.read(names[0]))


def _legacy_pickles(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        is_legacy = LEGACY_MAGIC in (argument for _, argument, _ in pickletools.genops(file))
        file.seek(0)
        # A bare pickle is scanned too, so that what it names is told; torch.load then refuses it.
        for _ in range(LEGACY_PICKLES if is_legacy else 1):
            yield file


def scan_pickle(file: BinaryIO) -> Scan:
    """Read one pickle up to its STOP; the file is left just behind it.

    Protocol 4 takes a global's two names from the stack, so the strings put there are followed. A pickle
    that hides them from this reading (by popping, say) is stopped by the unpickler's own list.
    """
    protocol, named = 0, []
    pushed: list[object] = []
    memo: dict[int, object] = {}
    for opcode, argument, _ in pickletools.genops(file):
        if opcode.name == "PROTO":
            protocol = argument
        elif opcode.name in ("GLOBAL", "INST"):
            named.append(tuple(argument.split(" ", 1)))
            pushed.append(None)
        elif opcode.name == "STACK_GLOBAL":
            module, name = ([None, None, *pushed])[-2:]
            named.append((str(module), str(name)))
            pushed.append(None)
        elif opcode.name in ("EXT1", "EXT2", "EXT4"):
            named.append(("copyreg", f"extension {argument}"))
        elif opcode.name == "MEMOIZE":
            memo[len(memo)] = pushed[-1] if pushed else None
        elif "PUT" in opcode.name:
            memo[int(argument)] = pushed[-1] if pushed else None
        elif "GET" in opcode.name:
            pushed.append(memo.get(int(argument)))
        elif opcode.stack_after:
            pushed.append(argument if isinstance(argument, str) else None)
    return Scan(protocol, tuple(named))
