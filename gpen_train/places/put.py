"""Files of a store that are written: whole or not at all."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import fsspec

from gpen_train.places.patience import Patience, patiently
from gpen_train.places.store import check_store, reason_of

PROBE = ".write-test"


def put(path: Path, url: str, patience: Patience = Patience()) -> None:  # noqa: B008 (immutable)
    """Copy the file at ``path`` to ``url``, where a reader finds the one of before or this one, whole.

    The stores that fsspec waits for, as s3:// and gs://, show a file when all of it has come; to others it
    comes under another name. Raises OSError, in one line, where the store does not take it.
    """

    def work(store: Any, target: str) -> None:
        if store.async_impl:
            store.put_file(str(path), target)
            return
        folder, _, name = target.rpartition("/")
        part = f"{folder}/.{name}.part"
        store.makedirs(folder, exist_ok=True)
        store.put_file(str(path), part)
        store.mv(part, target)

    _write(work, url, patience)


def copy(source: str, url: str, patience: Patience = Patience()) -> None:  # noqa: B008 (immutable)
    """Let the store itself copy the file at ``source`` to ``url``. Raises as ``put`` does."""
    _write(lambda store, target: store.cp_file(fsspec.url_to_fs(source)[1], target), url, patience)


def delete(url: str, patience: Patience = Patience()) -> None:  # noqa: B008 (immutable)
    """Delete the file there, if there is one. Raises as ``put`` does."""

    def work(store: Any, target: str) -> None:
        with suppress(FileNotFoundError):
            store.rm(target)

    _write(work, url, patience)


def check_writable(url: str, folder: Path) -> None:
    """Put a file into the folder at ``url`` and delete it: before the work, not after it.

    It is made in ``folder`` first. Raises OSError, in one line, where that fails, ValueError where nothing
    installed writes there.
    """
    check_store(url)
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / PROBE
    probe.touch()
    put(probe, f"{url}/{PROBE}")
    delete(f"{url}/{PROBE}")
    probe.unlink()


def _write(work: Callable[[Any, str], None], url: str, patience: Patience) -> None:
    """``work(store, path there)``, as long as it may still succeed."""

    def reason(error: Exception) -> str:
        return reason_of(error, url, patience, "write", "a store that your account may write to")

    patiently(lambda: work(*fsspec.url_to_fs(url)), url, patience, reason, "write")
