"""How processes that load images start, and how they end."""

import atexit
import multiprocessing
import signal
from functools import cache

import cv2


def start_worker(worker: int) -> None:
    """One thread a worker. Not setNumThreads(1): after a fork that waits forever for the parent's threads.

    Signals that ask the run to stop reach its workers too, from a terminal or a scheduler; they go on, as the
    run first writes a checkpoint, and end with it: see ``end_with_this_process``.
    """
    cv2.setNumThreads(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


@cache  # once is enough
def end_with_this_process() -> None:
    """Let the workers be killed when this process exits.

    Python would send them SIGTERM, which they ignore, and wait for them.
    """
    atexit.register(_kill_workers)


def _kill_workers() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch would take their end for an accident
    for worker in multiprocessing.active_children():
        worker.kill()
