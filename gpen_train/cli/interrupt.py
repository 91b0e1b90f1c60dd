"""Ctrl-C while modules are imported."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process on the spot: what is being imported may take the exception for its own."""

    def leave(number: int, frame: object) -> None:
        os.write(2, b"gpen: interrupted\n")
        os._exit(128 + number)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # a notebook's, or one that ignores
        yield
        return
    signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
