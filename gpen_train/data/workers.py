"""How a process that loads images starts."""

import signal

import cv2


def start_worker(worker: int) -> None:
    """One thread a worker. Not setNumThreads(1): after a fork that waits forever for the parent's threads.

    Signals that ask the run to stop reach its workers too, from a terminal or a scheduler; they go on, as the
    run first writes a checkpoint. They end with it.
    """
    cv2.setNumThreads(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
