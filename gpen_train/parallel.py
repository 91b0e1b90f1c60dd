"""Work in several processes: how they start and end, and the same work on many items in order."""

import atexit
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import cv2
from torch.utils.data import DataLoader, Dataset

Item = TypeVar("Item")
Result = TypeVar("Result")


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], num_workers: int, pin_memory: bool = False
) -> Iterator[Result]:
    """``work(item)`` for each item, in order, in ``num_workers`` processes; 0: in this one.

    ``work`` and what it returns are sent between processes: they pickle. A ValueError or OSError of the work
    is raised here as it was there. ``pin_memory`` speeds the transfer of tensors to a CUDA device.
    """
    end_with_this_process()
    loader = DataLoader(
        _Work(work),
        batch_size=None,
        sampler=items,
        num_workers=min(num_workers, len(items)),
        worker_init_fn=start_worker,
        collate_fn=_unchanged,
        pin_memory=pin_memory,
    )
    for result in loader:
        if isinstance(result, Exception):
            raise result
        yield result


class _Work(Dataset):
    def __init__(self, work: Callable[[Any], Any]):
        self.work = work

    def __getitem__(self, item: Any) -> Any:
        try:
            return self.work(item)
        except (ValueError, OSError) as error:  # the loader would bury its message below a traceback
            return error


def _unchanged(result: Any) -> Any:
    return result
