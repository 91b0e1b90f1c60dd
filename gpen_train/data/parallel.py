"""The same work on many items, in several processes, with the results in order."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from torch.utils.data import DataLoader, Dataset

from gpen_train.data.workers import end_with_this_process, start_worker

Item = TypeVar("Item")
Result = TypeVar("Result")


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(work: Callable[[Item], Result], items: Sequence[Item], num_workers: int) -> Iterator[Result]:
    """``work(item)`` for each item, in order, in ``num_workers`` processes; 0: in this one.

    ``work`` and what it returns are sent between processes: they pickle. A ValueError or OSError of the work
    is raised here as it was there.
    """
    end_with_this_process()
    loader = DataLoader(
        _Work(work),
        batch_size=None,
        sampler=items,
        num_workers=min(num_workers, len(items)),
        worker_init_fn=start_worker,
        collate_fn=_unchanged,
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
