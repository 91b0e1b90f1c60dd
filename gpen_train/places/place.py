"""From what a user names to a file: a path stays one, a URL is read where it lies or fetched once."""

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from gpen_train.places.file import Facts, File, LocalFile, RemoteFile
from gpen_train.places.patience import Patience
from gpen_train.places.web import WebFile

URL = re.compile(r"[A-Za-z][\w+.:-]+://")  # chained ones of fsspec too: zip://in.zip::s3://bucket/a.zip


def is_url(name: str | Path) -> bool:
    return URL.match(str(name)) is not None


def is_web(name: str | Path) -> bool:
    return str(name).startswith(("http://", "https://"))


def file_at(name: str, patience: Patience = Patience()) -> File:  # noqa: B008 (immutable)
    """The file of that name, here or at a URL; nothing is asked for yet."""
    return remote_file(name, patience) if is_url(name) else LocalFile(name)


def remote_file(url: str, patience: Patience = Patience(), facts: Facts | None = None) -> RemoteFile:  # noqa: B008
    """The file at ``url``, of which the facts may be known. ValueError where nothing installed reads it."""
    if is_web(url):
        return WebFile(url, patience, facts)
    from gpen_train.places.store import StoreFile  # late: fsspec takes its time

    return StoreFile(url, patience, facts)


def files_below(url: str) -> dict[str, Facts]:
    """All files below a folder in a store, by their relative paths with forward slashes.

    Raises ValueError for http, which lists none, OSError where the store cannot be asked.
    """
    if is_web(url):
        raise ValueError(
            f"{url} cannot be listed, as it is behind http; expected a file there, a pattern of files, a "
            "folder here or one in a store (s3://, gs://, hf://): pack it into a zip or into shards"
        )
    from gpen_train.places.store import list_store  # late: fsspec takes its time

    return list_store(url)


def fetched(name: str | Path, patience: Patience = Patience()) -> Path:  # noqa: B008 (immutable)
    """``name`` itself where it is a path, else a copy of the file in the cache folder.

    It is fetched once, and again when the file has changed. Raises OSError, in one line, where it cannot be
    had, ValueError where nothing installed reads such a URL.
    """
    if not is_url(name):
        return Path(name)
    file = remote_file(str(name), patience)
    copy = place_of_copy(file)
    if not copy.exists():
        file.download(copy)
    return copy


def place_of_copy(file: RemoteFile) -> Path:
    """Where ``fetched`` keeps its copy of the file as it is now, under the name that it has there."""
    key = hashlib.sha256(f"{file.name}\n{file.stamp()}".encode()).hexdigest()[:16]
    return cache_folder() / "fetched" / key / (PurePosixPath(urlsplit(file.name).path).name or "file")


def cache_folder() -> Path:
    """Where this package keeps what it can make again: $GPEN_CACHE, or gpen_train in the user's cache."""
    if os.environ.get("GPEN_CACHE"):
        return Path(os.environ["GPEN_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "gpen_train"
