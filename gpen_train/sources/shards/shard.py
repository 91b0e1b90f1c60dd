"""A shard as bytes at places, wherever it lies."""

import io
import os
from pathlib import Path
from typing import Any, Protocol, TypeVar

AnyShard = TypeVar("AnyShard", bound="Shard")


class Shard(Protocol):
    """A file of which any part can be read. It pickles, and holds nothing open between reads.

    All methods raise OSError, in one line, where the file is missing or cannot be had.
    """

    name: str  # path or URL

    def size(self) -> int:
        """In bytes."""

    def stamp(self) -> str:
        """A text that changes when the file does."""

    def read(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset`` on; fewer where the file ends."""

    def beside(self: AnyShard, name: str) -> AnyShard:
        """Another file of the same folder."""


class LocalShard:
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
            file.seek(offset)
            return file.read(size)

    def beside(self, name: str) -> "LocalShard":
        return LocalShard(self.path.with_name(name))

    def _status(self) -> os.stat_result:
        try:
            return self.path.stat()
        except FileNotFoundError:
            raise FileNotFoundError(
                f"the shard {self.name} does not exist; expected a file: check data.root, or copy it anew"
            ) from None


class AsFile(io.RawIOBase):
    """A shard as an open file, for those who want one; wrap it into io.BufferedReader."""

    def __init__(self, shard: Shard):
        self.shard, self.end, self.place = shard, shard.size(), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.end}[whence]
        return self.place

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self.end - self.place))
        found = self.shard.read(self.place, wanted) if wanted else b""
        buffer[: len(found)] = found
        self.place += len(found)
        return len(found)
