"""A file in any other place that fsspec knows: s3://, gs://, hf://, sftp:// ..."""

from typing import Any

import fsspec
from fsspec.asyn import sync
from fsspec.registry import known_implementations

from gpen_train.places.file import Facts, RemoteFile
from gpen_train.places.patience import MISSING, Patience, is_final, patiently
from gpen_train.words import decimal

STAMPS = ("ETag", "etag", "blob_id", "mtime", "LastModified", "last_modified", "updated", "created")
FINAL = (  # what another attempt would raise again
    *(FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError),
    *(ImportError, NotImplementedError, AttributeError, LookupError, TypeError, ValueError),
)


class StoreFile(RemoteFile):
    """The file at ``url``. A read is one request where the store's package makes one of it.

    fsspec keeps a connection to a store for each thread, and none over a fork: it is asked for anew at each
    read, so that this pickles and holds nothing. Raises ValueError where the store's package is missing.
    """

    def __init__(self, url: str, patience: Patience = Patience(), facts: Facts | None = None):  # noqa: B008
        check_store(url)
        super().__init__(url, patience, facts)

    def ask_for_facts(self) -> Facts:
        store, path = fsspec.url_to_fs(self.name)
        info = store.info(path)
        if info["type"] == "directory":
            raise IsADirectoryError("it is a folder: where those are read, its address ends with a slash")
        return facts_of(info)

    def ask_for_part(self, offset: int, size: int) -> bytes:
        expected = max(0, min(size, self.size() - offset))
        if not expected:
            return b""
        store, path = fsspec.url_to_fs(self.name)
        limits = {"start": offset, "end": offset + expected}
        if store.async_impl:
            body = sync(store.loop, store._cat_file, path, timeout=self.patience.time_out, **limits)
        else:
            body = store.cat_file(path, **limits)
        if len(body) != expected:
            raise ConnectionError(f"{len(body)} bytes came instead of {expected}")
        return body

    def reason_of(self, error: Exception) -> str:
        return reason_of(error, self.name, self.patience, "read", "a file that your account may read")


def reason_of(error: Exception, url: str, patience: Patience, verb: str, expected: str) -> str:
    """Why a store could not ``verb`` what is at ``url``; raises, in one line, where it would fail again."""
    status, is_missing = _status_of(error), isinstance(error, FileNotFoundError)
    if is_missing:
        reason = "it does not exist"
    elif "Timeout" in type(error).__name__:
        reason = f"no answer within {decimal(patience.time_out)} s"
    else:
        reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, FINAL) or "Credential" in type(error).__name__ or is_final(status):
        raise (FileNotFoundError if is_missing or status in MISSING else OSError)(
            f"cannot {verb} {url}: {reason}; expected {expected}: check the address and the store's settings"
        ) from error
    return reason


def check_store(url: str) -> None:
    """Raise ValueError, in one line, where nothing installed reads ``url``."""
    protocol = url.partition("://")[0].partition("::")[0]
    try:
        fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        package = known_implementations[protocol]["class"].partition(".")[0]
        if package == "fsspec":  # which has the reader, and lacks what that needs
            raise ValueError(f"{url} cannot be read: {error}; install it with pip") from error
        raise ValueError(
            f"{url} needs the package {package}, which is not installed: pip install {package}"
        ) from error
    except ValueError as error:
        raise ValueError(
            f"there is no way to read {url}; expected a file here, or a URL such as https://, s3:// or hf://"
        ) from error


def list_store(url: str) -> dict[str, Facts]:
    """All files below the folder at ``url``, by their relative paths."""
    folder = StoreFile(url.rstrip("/"))
    return patiently(lambda: _list(folder.name), url, folder.patience, folder.reason_of)


def _list(url: str) -> dict[str, Facts]:
    store, path = fsspec.url_to_fs(url)
    found, prefix = store.find(path, detail=True), f"{path}/"
    return {
        name.removeprefix(prefix): facts_of(info) for name, info in found.items() if name.startswith(prefix)
    }


def facts_of(info: dict[str, Any]) -> Facts:
    """From what fsspec knows of a file."""
    return Facts(info["size"], " ".join(str(info[name]) for name in STAMPS if info.get(name)))


def _status_of(error: Exception) -> int:
    """The status of an answer by http, as the packages of stores tell it; 0 where there was none."""
    found = [getattr(error, name, None) for name in ("status", "code")]
    found.append(getattr(getattr(error, "response", None), "status_code", None))
    return next((int(value) for value in map(str, found) if value.isdigit()), 0)
