"""The progress bar of everything that takes its time: on stderr, and only after two seconds."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PATIENCE = 2.0  # seconds before the bar appears

Item = TypeVar("Item")


def with_progress(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """``items``, one after the other, under a bar that counts them up to ``total``."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task(what, total=total)
    began, shown = time.monotonic(), False
    try:
        for item in items:
            yield item
            bar.advance(task)
            if not shown and time.monotonic() - began > PATIENCE:
                bar.start()
                shown = True
    finally:
        if shown:
            bar.stop()
