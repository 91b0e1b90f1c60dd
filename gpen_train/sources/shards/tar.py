"""What lies where in a tar file, as far as its headers can be read."""

import io
import tarfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from gpen_train.places.file import File
from gpen_train.quote import quoted

READ_AHEAD = 64 << 10  # bytes: small images lie in it together, the rest of large ones is passed over
LONGEST_HEADER = 1 << 20  # bytes: of long names and notes of a member
DAMAGED = (ValueError, LookupError, ArithmeticError, RecursionError)  # out of tarfile, in place of its own
NAME = 100  # bytes of a header that are its member's name
END_MARK = 2 * tarfile.BLOCKSIZE  # bytes, all zero


class Member(NamedTuple):
    """One file in a tar, or a place where one is lost."""

    name: str  # a relative path with forward slashes
    offset: int  # bytes from the beginning of the tar to that of the content
    size: int  # bytes
    head: bytes  # the first bytes of the content
    fault: str = ""  # why the file is lost


def scan(shard: File, num_bytes: int) -> Iterator[Member]:
    """Every regular file whose content is all there, with its first ``num_bytes``; nothing else is read.

    A damaged header loses its own file alone, a cut what lies behind it: there a member without content says
    so. Raises OSError where the shard cannot be had.
    """
    file, end_of_last, beyond = Frugal(AsFile(shard), READ_AHEAD), 0, False
    try:
        with tarfile.open(fileobj=file, mode="r:", ignore_zeros=True) as tar:  # goes on after damaged headers
            while info := tar.next():
                tar.members.clear()  # type: ignore[attr-defined]  # else it keeps them all
                if info.offset > end_of_last:
                    yield _lost(shard, end_of_last, "the header of a file is damaged, the file is left out")
                if info.size < 0 or info.offset_data + info.size > shard.size() or tar.offset <= info.offset:
                    beyond = True
                    break
                end_of_last = tar.offset
                if info.isreg():
                    file.seek(info.offset_data)
                    yield Member(info.name, info.offset_data, info.size, file.read(min(info.size, num_bytes)))
    except LongHeaderError as error:
        yield _lost(shard, end_of_last, str(error))
        return
    except DAMAGED:
        yield _lost(shard, end_of_last, "a header is damaged, what lies behind is left out")
    except tarfile.TarError:
        pass  # it ends where a file should be, so the end mark is missing too
    if not _has_end_mark(shard):
        yield _lost(shard, shard.size(), "the shard is cut short here, what lay behind is left out")
    elif beyond:
        yield _lost(shard, end_of_last, "a file is said to be larger than its shard, the rest is left out")


def _lost(shard: File, offset: int, fault: str) -> Member:
    return Member(f"{shard.name.rpartition('/')[2]} at byte {offset}", offset, 0, b"", fault)


def _has_end_mark(shard: File) -> bool:
    last = shard.read(max(0, shard.size() - END_MARK), END_MARK) if shard.size() else b""
    return len(last) == END_MARK and not any(last)


class LongHeaderError(Exception):
    """A header that declares more bytes than any has."""


class Frugal(io.BufferedReader):
    """A file of which nobody reads much at once: tarfile would make room for whatever a header declares."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > LONGEST_HEADER:
            block = self.raw.shard.read(self.tell() - tarfile.BLOCKSIZE, NAME)  # type: ignore[attr-defined]
            name = quoted(block.rstrip(b"\0").decode(errors="replace"))
            raise LongHeaderError(
                f"its member {name} declares a header of {size:,} bytes: what lies behind it is left out"
            )
        return super().read(size)


class AsFile(io.RawIOBase):
    """A shard as an open file, for those who want one; wrap it into io.BufferedReader."""

    def __init__(self, shard: File):
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
