"""A whole file over http, which goes on where it was broken off, also by another process later."""

import http.client
import logging
from collections.abc import Iterator
from pathlib import Path

from gpen_train.places.patience import patiently
from gpen_train.places.web import FAILURES, WebFile
from gpen_train.progress import with_progress

PIECE = 1_000_000  # bytes: a megabyte of the bar
log = logging.getLogger(__name__)


def resume(file: WebFile, path: Path, title: str) -> None:
    """Append to ``path``, which holds a beginning of the file or is not there, until it is whole.

    A connection that breaks after it gave something is opened anew at once, where it broke; one that gives
    nothing is tried again as ``file.patience`` says. From a server without ranges it comes in one go.
    """
    if not file.facts.has_ranges:
        path.unlink(missing_ok=True)
        file.download(path)
        return
    with path.open("ab") as out:
        num_pieces = -(-(file.size() - out.tell()) // PIECE)
        for piece in with_progress(_pieces(file, out.tell()), f"{title}, MB", num_pieces):
            out.write(piece)


def _pieces(file: WebFile, offset: int) -> Iterator[bytes]:
    """What comes from ``offset`` on, over as many connections as it takes."""

    def begin() -> tuple[http.client.HTTPResponse, bytes]:
        response = file.open_from(offset)
        piece = response.read(PIECE)
        if not piece:
            raise ConnectionError("the connection broke before the first byte")
        return response, piece

    while offset < file.size():
        response, piece = patiently(begin, file.name, file.patience, file.reason_of)
        with response:
            while piece:
                offset += len(piece)
                yield piece
                try:
                    piece = response.read(PIECE)
                except FAILURES as error:
                    log.info("%s broke at byte %s: %s", file.name, offset, error)
                    break
