"""A file behind http or https, read by ranges with urllib, a connection a read.

fsspec's http reader, tried for this, gave half to two thirds of the images a second for three times the
processor time, and takes a whole shard into memory, unnoticed, where a server does not heed a range.
"""

import http.client
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from gpen_train.files import atomic_file
from gpen_train.places.file import Facts, RemoteFile
from gpen_train.places.patience import MISSING, is_final, patiently
from gpen_train.progress import with_progress
from gpen_train.words import decimal

MEGABYTE = 1 << 20
FAILURES = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
ENVIRONMENT = (  # that says which way to go and whom to trust; others than the first two are read below us
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"),
)


class WebFile(RemoteFile):
    """The file at ``url``. Each read is a connection of its own, so processes share nothing.

    Time-outs, refused and broken connections, short answers and the statuses 408, 425, 429 and 5xx are got
    over as ``patience`` says; after that, and at once for any other status, OSError. Proxies and certificates
    are those of the environment.
    """

    def read(self, offset: int, size: int) -> bytes:
        if self.facts.has_ranges:
            return super().read(offset, size)
        return patiently(self._ask_for_all, self.name, self.patience, self.reason_of)[offset : offset + size]

    def download(self, path: Path) -> None:
        """In one go from a server without ranges, and then from the beginning again where it breaks."""
        if self.facts.has_ranges:
            return super().download(path)
        return patiently(lambda: self._save(path), self.name, self.patience, self.reason_of)

    def ask_for_facts(self) -> Facts:
        with self._open("bytes=0-0") as response:
            has_ranges = response.status == http.client.PARTIAL_CONTENT
            size = _total(response) if has_ranges else _length(response)
        return Facts(size, _stamp(response), has_ranges)

    def ask_for_part(self, offset: int, size: int) -> bytes:
        with self._open(f"bytes={offset}-{offset + size - 1}") as response:
            if response.status != http.client.PARTIAL_CONTENT:
                raise ConnectionError("the server sent the whole file instead of a part")
            expected = max(0, min(size, _total(response) - offset))
            body = response.read(expected)
        if len(body) != expected:
            raise ConnectionError(f"{len(body)} bytes came instead of {expected}")
        return body

    def open_from(self, offset: int) -> http.client.HTTPResponse:
        """An answer that holds all from ``offset`` on. Raises OSError where the file has changed since."""
        response = self._open(f"bytes={offset}-")
        if response.status != http.client.PARTIAL_CONTENT:
            raise ConnectionError("the server sent the whole file instead of a part")
        if _total(response) != self.size() or _stamp(response) != self.facts.stamp:
            raise OSError(f"{self.name} has changed while it was read; run the command again")
        return response

    def reason_of(self, error: Exception) -> str:
        cause = getattr(error, "reason", None) or error
        if not isinstance(error, FAILURES):
            raise error
        if isinstance(error, urllib.error.HTTPError):
            reason = f"the server answers {error.code} {error.reason}"
            if is_final(error.code):
                raise (FileNotFoundError if error.code in MISSING else OSError)(
                    f"cannot read {self.name}: {reason}; expected a file that can be read without a "
                    "password: check the address"
                ) from error
            return reason
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise OSError(
                f"cannot read {self.name}: {cause.verify_message}; expected a certificate of an authority "
                "known here: set SSL_CERT_FILE to the file of yours"
            ) from error
        if isinstance(cause, TimeoutError):
            return f"no answer within {decimal(self.patience.time_out)} s"
        return " ".join(str(getattr(cause, "strerror", None) or cause).split()) or type(cause).__name__

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
        opener = _opener(*map(os.environ.get, ENVIRONMENT))
        return opener.open(request, timeout=self.patience.time_out)


@lru_cache  # to read the authorities anew takes longer than to read an image
def _opener(*environment: str | None) -> urllib.request.OpenerDirector:
    """With the proxies and the certificates that the environment names: the values of ENVIRONMENT."""
    trusted = ssl.create_default_context()
    for name, bundle in zip(ENVIRONMENT[:2], environment, strict=False):
        try:
            if bundle:
                trusted.load_verify_locations(**{"capath" if Path(bundle).is_dir() else "cafile": bundle})
        except OSError as error:
            raise ValueError(
                f"{bundle} cannot be read ({error.strerror or error}); expected certificates, as {name} "
                "says: repair or unset it"
            ) from error
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted))


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(MEGABYTE):
        yield piece


def _stamp(response: http.client.HTTPResponse) -> str:
    return response.headers["ETag"] or response.headers["Last-Modified"] or ""


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
