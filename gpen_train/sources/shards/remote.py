"""A shard behind http or https: read by ranges, asked for again when the server fails."""

import http.client
import logging
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from gpen_train.files import atomic_file
from gpen_train.progress import with_progress

MEGABYTE = 1 << 20
MAY_PASS = (408, 425, 429)  # statuses that may be others in a moment, as all from 500 on
MISSING = (403, 404, 410)  # some stores answer 403 for what they do not have
FAILURES = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Patience(NamedTuple):
    """How long to go on asking: one read may take attempts * time_out seconds and the pauses between."""

    attempts: int = 7
    time_out: float = 15.0  # seconds without a byte
    pause: float = 0.5  # seconds after the first failure, twice as long after each further one


class Facts(NamedTuple):
    """What a server says of a file."""

    size: int  # bytes
    stamp: str  # another one when the file has changed, where the server tells
    has_ranges: bool  # parts of the file can be had


class RemoteShard:
    """The file at ``url``. Each read is a connection of its own, so processes share nothing.

    Time-outs, refused and broken connections, short answers and the statuses 408, 425, 429 and 5xx are got
    over as ``patience`` says; after that, and at once for any other status, OSError.
    """

    def __init__(self, url: str, patience: Patience = Patience()):  # noqa: B008 (immutable)
        self.name, self.patience = url, patience

    @cached_property
    def facts(self) -> Facts:
        """Asked for once."""
        return self._patiently(self._ask_for_facts)

    def size(self) -> int:
        return self.facts.size

    def stamp(self) -> str:
        return f"{self.facts.size} {self.facts.stamp}"

    def read(self, offset: int, size: int) -> bytes:
        if not self.facts.has_ranges:
            return self._patiently(self._ask_for_all)[offset : offset + size]
        return self._patiently(lambda: self._ask_for_part(offset, size))

    def beside(self, name: str) -> "RemoteShard":
        return RemoteShard(f"{self.name.rpartition('/')[0]}/{name}", self.patience)

    def download(self, path: Path) -> None:
        """Fetch the whole file to ``path``, under a progress bar."""
        self._patiently(lambda: self._save(path))

    def _ask_for_facts(self) -> Facts:
        with self._open("bytes=0-0") as response:
            has_ranges = response.status == http.client.PARTIAL_CONTENT
            size = _total(response) if has_ranges else _length(response)
            stamp = response.headers["ETag"] or response.headers["Last-Modified"] or ""
        return Facts(size, stamp, has_ranges)

    def _ask_for_part(self, offset: int, size: int) -> bytes:
        with self._open(f"bytes={offset}-{offset + size - 1}") as response:
            if response.status != http.client.PARTIAL_CONTENT:
                raise ConnectionError("the server sent the whole file instead of a part")
            expected = max(0, min(size, _total(response) - offset))
            body = response.read(expected)
        if len(body) != expected:
            raise ConnectionError(f"{len(body)} bytes came instead of {expected}")
        return body

    def _ask_for_all(self) -> bytes:
        with self._open() as response:
            return response.read()

    def _save(self, path: Path) -> None:
        with self._open() as response, atomic_file(path) as file:
            pieces = -(-self.size() // MEGABYTE)
            for piece in with_progress(_pieces(response), f"downloading {self.name}, MB", pieces):
                file.write(piece)
            if file.tell() != self.size():
                raise ConnectionError(f"{file.tell()} bytes came instead of {self.size()}")

    def _open(self, part: str | None = None) -> http.client.HTTPResponse:
        request = urllib.request.Request(self.name, headers={"Range": part} if part else {})
        return urllib.request.urlopen(request, timeout=self.patience.time_out)

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """What ``work()`` returns, at the latest at the last attempt."""
        pause = self.patience.pause
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return work()
            except FAILURES as error:
                _give_up_on_final(error, self.name)
                reason = _in_words(error, self.patience)
            if attempt < self.patience.attempts:
                log.info("%s: %s; asking again in %.1f s", self.name, reason, pause)
                time.sleep(pause)
                pause *= 2
        raise OSError(
            f"cannot read {self.name}: {reason}, after {attempt} attempts; expected a server that answers: "
            "look after it, then run the command again"
        )


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(MEGABYTE):
        yield piece


def _length(response: http.client.HTTPResponse) -> int:
    if response.length is None:
        raise ConnectionError("the server sent neither a part of the file nor its size")
    return response.length


def _total(response: http.client.HTTPResponse) -> int:
    """The size of the whole file, from ``Content-Range: bytes 0-0/12345``."""
    total = re.search(r"/(\d+)$", response.headers["Content-Range"] or "")
    if total is None:
        raise ConnectionError("the server sent a part of a file and not the file's size")
    return int(total[1])


def _give_up_on_final(error: Exception, url: str) -> None:
    """Raise where asking again would bring the same answer."""
    if isinstance(error, urllib.error.HTTPError) and error.code < 500 and error.code not in MAY_PASS:
        kind = FileNotFoundError if error.code in MISSING else OSError
        raise kind(
            f"cannot read {url}: the server answers {error.code} {error.reason}; expected a file that can be "
            "read without a password: check the address"
        ) from error


def _in_words(error: Exception, patience: Patience) -> str:
    cause = getattr(error, "reason", None) or error
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    if isinstance(cause, TimeoutError):
        return f"no answer within {patience.time_out:g} s"
    return " ".join(str(getattr(cause, "strerror", None) or cause).split()) or type(cause).__name__
