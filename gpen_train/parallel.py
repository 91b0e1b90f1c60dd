"""Work in several processes: how they start and end, and the same work on many items in order."""

import atexit
import logging
import multiprocessing
import shutil
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Sized
from functools import cache
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, TypeVar

import cv2
import torch
from torch.multiprocessing.reductions import reduce_tensor
from torch.utils.data import DataLoader, Dataset

from gpen_train.devices import num_cores
from gpen_train.words import plural

Item = TypeVar("Item")
Result = TypeVar("Result")

SHARED_MEMORY = Path("/dev/shm")
MOST_WORKERS = 16  # a device, where nobody says how many: each takes memory, and time to start
log = logging.getLogger(__name__)


def num_workers_for(asked: int | None, sharing: int = 1) -> int:
    """Processes that load images: as many as are asked for, or as there are cores for one of ``sharing``."""
    if asked is None:
        return min(max(1, num_cores() // sharing), MOST_WORKERS)
    if asked > num_cores():
        loading = plural(asked, "process loads", "processes load")
        _say_once(f"{loading} images on {plural(num_cores(), 'core')}, which is slow: set fewer, or null")
    return asked


def free_shared_memory() -> int | None:
    """Bytes that can still be shared between processes; None where the system sets no bound of its own."""
    return shutil.disk_usage(SHARED_MEMORY).free if SHARED_MEMORY.is_dir() else None


def check_shared_memory(needed: int) -> None:
    """Say, once, that so many bytes on their way from workers do not fit; they come by pipes then."""
    free = free_shared_memory()
    if free is not None and needed > free:
        _say_once(
            f"{SHARED_MEMORY} has {free / 1e6:.0f} MB free, batches take {needed / 1e6:.0f} MB: some go "
            "through pipes, more slowly; give it more, as with docker run --shm-size=2g"
        )


@cache  # once is enough
def _say_once(line: str) -> None:
    log.warning(line)


def loader_of(dataset: Dataset, num_workers: int, **settings: Any) -> DataLoader:
    """A DataLoader whose workers start and end as this file says."""
    # num_workers_for says it, in a line.
    warnings.filterwarnings("ignore", "This DataLoader will create")
    end_with_this_process()
    return DataLoader(dataset, num_workers=num_workers, worker_init_fn=start_worker, **settings)


def start_worker(worker: int) -> None:
    """One thread a worker. Not setNumThreads(1): after a fork that waits forever for the parent's threads.

    Signals that ask the run to stop reach its workers too, from a terminal or a scheduler; they go on, as the
    run first writes a checkpoint, and end with it: see ``end_with_this_process``.
    """
    ForkingPickler.register(torch.Tensor, _shared_or_sent)
    cv2.setNumThreads(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


def _shared_or_sent(tensor: torch.Tensor) -> tuple[Any, ...]:
    """How a tensor leaves a worker: in shared memory; through the pipe, as an array, where that is full.

    PyTorch would print a traceback there, and the process that waits for the tensor would wait forever.
    """
    try:
        return reduce_tensor(tensor.share_memory_())
    except RuntimeError:
        return torch.from_numpy, (tensor.numpy(),)


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
    work: Callable[[Item], Result], items: Iterable[Item], num_workers: int | None, pin_memory: bool = False
) -> Iterator[Result]:
    """``work(item)`` for each item, in order, in ``num_workers`` processes; 0: in this one; None: one a core.

    ``items`` may be made as they are asked for, by an iterator: a few more than there are workers are waiting
    at any time. ``work``, items and results are sent between processes: they pickle. A ValueError or OSError
    of the work is raised here as it was there. ``pin_memory`` speeds the transfer of tensors to a GPU.
    """
    loader = loader_of(
        _Work(work),
        min(num_workers_for(num_workers), len(items))
        if isinstance(items, Sized)
        else num_workers_for(num_workers),
        batch_size=None,
        sampler=items,
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
