"""Ctrl-C as a wish: what is at work is finished first; the second ends it on the spot."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)  # a terminal's, a scheduler's


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether the process was asked to stop; in the main thread alone."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        asked.append(number)
        _restore(before)

    for number in SIGNALS:
        signal.signal(number, ask)
    try:
        yield lambda: bool(asked)
    finally:
        _restore(before)


def _restore(handlers: dict) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
