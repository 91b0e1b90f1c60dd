"""A `gpen train` in a process of its own, as a sweep starts one after the other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from gpen_train.cli.run.folder import FOLDER_VARIABLE

FORWARDED = (signal.SIGTERM, signal.SIGUSR1)  # Ctrl-C reaches the run by itself


def train_in(folder: Path, settings: Sequence[str]) -> int:
    """Train in ``folder``, or go on there; returns the exit code. It ends with this process's signals."""
    quoted = str(folder).replace("\\", "\\\\").replace("'", "\\'")
    command = [sys.executable, "-m", "gpen_train", "train", *settings]
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    child = subprocess.Popen([*command, f"run_dir='{quoted}'", "resume=true"], env=environment)
    with forwarded_to(child):
        try:
            code = child.wait()
        except KeyboardInterrupt:
            child.wait()
            raise
    return 128 - code if code < 0 else code


@contextmanager
def forwarded_to(child: subprocess.Popen) -> Iterator[None]:
    """Pass on what asks this process to stop."""

    def send(number: int, _: FrameType | None) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, send) for number in FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
