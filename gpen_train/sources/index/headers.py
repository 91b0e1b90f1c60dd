"""What the first bytes of a stored image tell: its size, and a key that stands for its content."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from gpen_train.image_limits import MOST_BYTES, TOO_LARGE, UnreadableImageError
from gpen_train.images import decode_size
from gpen_train.progress import with_progress

HEAD = 16 * 1024  # bytes of a file that its key is made of; nearly all headers lie within
THREADS = 8  # that read at once: on a disk or in a network, each waits most of the time
one_whole_file = threading.Lock()  # of many large ones at once the memory would be full

Item = TypeVar("Item")


class Header(NamedTuple):
    """One stored image, as far as it was read."""

    size: int  # bytes of the file
    key: bytes  # 32 bytes, see content_key
    height: int  # pixels, as stored; 0 where there is a fault
    width: int
    fault: str  # why it is no image we can use; empty for the others


def content_key(size: int, head: bytes) -> bytes:
    """SHA-256 of a file's size in bytes (eight bytes, the lowest first) and of its first HEAD bytes.

    The same for a file wherever it is stored: in a folder, a zip or a shard.
    """
    return hashlib.sha256(size.to_bytes(8, "little") + head[:HEAD]).digest()


def read_header(name: str, size: int, read: Callable[[int], bytes]) -> Header:
    """The header of the file ``name`` of ``size`` bytes, whose first n bytes ``read(n)`` gives."""
    if size > MOST_BYTES:
        return Header(MOST_BYTES, bytes(32), 0, 0, TOO_LARGE)
    try:
        head = read(HEAD)
        key = content_key(size, head)
    except OSError as error:
        return Header(max(0, size), bytes(32), 0, 0, error.strerror or str(error))
    try:
        return Header(size, key, *_size(name, size, head, read), fault="")
    except UnreadableImageError as error:
        return Header(size, key, 0, 0, error.reason)
    except OSError as error:
        return Header(size, key, 0, 0, error.strerror or str(error))


def _size(name: str, size: int, head: bytes, read: Callable[[int], bytes]) -> tuple[int, int]:
    try:
        return decode_size(head, name)
    except UnreadableImageError:
        if size <= HEAD:
            raise
        with one_whole_file:  # a long profile before the size, or a TIFF with it at the end
            return decode_size(read(size), name)


def read_headers(
    read: Callable[[Item], Header], items: Sequence[Item], what: str, threads: int = THREADS
) -> Iterator[Header]:
    """``read(item)`` for each item, in order, several at a time, under a bar with the title ``what``."""
    with ThreadPoolExecutor(threads) as pool:
        yield from with_progress(pool.map(read, items), what, len(items))
