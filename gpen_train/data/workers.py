"""How a process that loads images starts."""

import cv2


def start_worker(worker: int) -> None:
    """One thread a worker. Not setNumThreads(1): after a fork that waits forever for the parent's threads."""
    cv2.setNumThreads(0)
