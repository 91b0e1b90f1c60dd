"""What commands write to: folders that are known to be writable, and a progress bar."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PATIENCE = 2.0  # seconds before a bar is shown


def writable_folder(path: str | Path) -> Path:
    """Make the folder if need be, and write a file there and remove it.

    Raises OSError, in one line, where that fails: before the work, not after it.
    """
    folder = Path(path)
    probe = folder / f".write-test.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OSError(
            f"cannot write into {folder}: {error.strerror or error}; expected a folder that can be written, "
            f"choose another"
        ) from error
    return folder


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of ``total`` pieces; a bar on stderr appears after PATIENCE."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task(what, total=total)
    began = time.monotonic()

    def advance() -> None:
        if time.monotonic() - began > PATIENCE and not bar.live.is_started:
            bar.start()
        bar.advance(task)

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()
