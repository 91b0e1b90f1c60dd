"""A file of which any part can be read, wherever it lies."""

import os
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from gpen_train.files import atomic_file
from gpen_train.places.patience import Patience, patiently
from gpen_train.progress import with_progress

PIECE = 4 << 20  # bytes, of a file that is fetched whole
AnyFile = TypeVar("AnyFile", bound="File")


class File(Protocol):
    """Bytes at places. It pickles, and holds nothing open between reads.

    All methods raise OSError, in one line, where the file is missing or cannot be had.
    """

    name: str  # path or URL

    def size(self) -> int:
        """In bytes."""

    def stamp(self) -> str:
        """A text that changes when the file does."""

    def read(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset`` on; fewer where the file ends."""

    def beside(self: AnyFile, name: str) -> AnyFile:
        """Another file of the same folder."""


class LocalFile:
    """A file here."""

    def __init__(self, path: str | Path):
        self.path = Path(path).absolute()
        self.name = str(self.path)

    def size(self) -> int:
        return self._status().st_size

    def stamp(self) -> str:
        return f"{self._status().st_size} {self._status().st_mtime_ns}"

    def read(self, offset: int, size: int) -> bytes:
        with self.path.open("rb", buffering=0) as file:
            left = os.fstat(file.fileno()).st_size - offset  # a read takes the memory that it asks for
            if left <= 0:
                return b""
            file.seek(offset)
            return file.read(min(size, left))

    def beside(self, name: str) -> "LocalFile":
        return LocalFile(self.path.with_name(name))

    def _status(self) -> os.stat_result:
        try:
            return self.path.stat()
        except FileNotFoundError:
            raise FileNotFoundError(
                f"{self.name} does not exist; expected a file: check the path, or copy it anew"
            ) from None


class Facts(NamedTuple):
    """What a server says of a file."""

    size: int  # bytes
    stamp: str  # another one when the file has changed, where the server tells
    has_ranges: bool = True  # parts of the file can be had


class RemoteFile(ABC):
    """The file at a URL. What may be otherwise in a moment is asked for again, as ``patience`` says.

    A subclass says how to ask, and which failures are final.
    """

    def __init__(self, url: str, patience: Patience = Patience(), facts: Facts | None = None):  # noqa: B008
        self.name, self.patience = url, patience
        if facts:
            self.facts = facts

    @cached_property
    def facts(self) -> Facts:
        """Asked for once."""
        return patiently(self.ask_for_facts, self.name, self.patience, self.reason_of)

    def size(self) -> int:
        return self.facts.size

    def stamp(self) -> str:
        return f"{self.facts.size} {self.facts.stamp}"

    def read(self, offset: int, size: int) -> bytes:
        return patiently(lambda: self.ask_for_part(offset, size), self.name, self.patience, self.reason_of)

    def beside(self: "AnyRemote", name: str) -> "AnyRemote":
        return type(self)(f"{self.name.rpartition('/')[0]}/{name}", self.patience)

    def download(self, path: Path) -> None:
        """Fetch the whole file to ``path``, under a progress bar; what breaks goes on where it was."""
        with atomic_file(path) as file:
            places = range(0, self.size(), PIECE)
            title = f"downloading {self.name}, by {PIECE >> 20} MB"
            for offset in with_progress(places, title, len(places)):
                file.write(self.read(offset, PIECE))
            if (found := file.tell()) != self.size():
                raise OSError(
                    f"{found} bytes of {self.name} came, expected {self.size()}; it changes: run again"
                )

    @abstractmethod
    def ask_for_facts(self) -> Facts: ...

    @abstractmethod
    def ask_for_part(self, offset: int, size: int) -> bytes:
        """As ``read``, with a single request."""

    @abstractmethod
    def reason_of(self, error: Exception) -> str:
        """Why a request failed; raises, in one line, where another would fail alike."""


AnyRemote = TypeVar("AnyRemote", bound=RemoteFile)
