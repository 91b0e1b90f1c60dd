"""The progress bar of everything that takes its time: on stderr, and only after two seconds."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

PATIENCE = 2.0  # seconds before the bar appears

Item = TypeVar("Item")


class SpeedColumn(ProgressColumn):
    """Items a second, under their name."""

    def __init__(self, items: str) -> None:
        super().__init__()
        self.items = items

    def render(self, task: Task) -> Text:
        """ "12.3 frames/s"; nothing before the second item."""
        return Text(f"{task.speed:.3g} {self.items}/s" if task.speed else "")


def with_progress(
    items: Iterable[Item],
    what: str,
    total: int,
    speed_of: str = "",  # what the items are called, where a bar says how many of them come a second
) -> Iterator[Item]:
    """``items``, one after the other, under a bar that counts them up to ``total``."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    if speed_of:
        columns.append(SpeedColumn(speed_of))
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
