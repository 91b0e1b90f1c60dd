"""Decoded images kept in memory that all workers share."""

import logging
from collections.abc import Iterable

import numpy as np
import torch
from torch.utils.data import Dataset

from gpen_train.parallel import free_shared_memory, loader_of
from gpen_train.progress import with_progress
from gpen_train.sources.source import Composite, Source

log = logging.getLogger(__name__)


class SharedCache:
    """``source``, each image of it decoded once by whichever worker needs it first.

    The pixels lie in one shared tensor [N, R, R, 3], whose pages are taken from the system as they are
    filled. Two workers that meet at the same image both write the same bytes, so there is no lock.
    """

    def __init__(self, source: Source):
        self.source, self.name, self.resolution = source, source.name, source.resolution
        shape = (len(source), source.resolution, source.resolution, 3)
        storage = torch.UntypedStorage._new_shared(num_bytes(source))  # zeros() would touch every page
        self.pixels = torch.empty(0, dtype=torch.uint8).set_(storage).view(shape)
        self.filled = torch.zeros(len(source), dtype=torch.bool).share_memory_()

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> np.ndarray:
        if not self.filled[index]:
            self.pixels[index] = torch.from_numpy(self.source[index])
            self.filled[index] = True  # after the pixels, for those who look without a lock
        return self.pixels[index].numpy().copy()

    def fill(self, indices: Iterable[int], num_workers: int, what: str) -> None:
        """Decode these images now, in ``num_workers`` processes beside this one, under a progress bar."""
        missing = [index for index in indices if not self.filled[index]]
        loader = loader_of(_Filler(self), num_workers, batch_size=None, sampler=missing)
        for _ in with_progress(loader, what, len(missing)):
            pass

    def label(self, index: int) -> str:
        return self.source.label(index)

    def content_key(self, index: int) -> str:
        return self.source.content_key(index)

    @property
    def groups(self) -> np.ndarray | None:
        return getattr(self.source, "groups", None)

    def fingerprint(self) -> str:
        return self.source.fingerprint()


class _Filler(Dataset):
    """Asking for an item puts it into the cache; what comes back is its index alone."""

    def __init__(self, cache: SharedCache):
        self.cache = cache

    def __getitem__(self, index: int) -> int:
        self.cache[index]
        return index


def cached(source: Source) -> Source:
    """``source`` with a cache if that takes at most half of the free shared memory, else as it is."""
    needed, free = num_bytes(source), free_shared_memory()
    if free is None or 2 * needed <= free:
        try:
            return _with_caches(source)
        except RuntimeError:  # another process of the run was quicker
            free = free_shared_memory() or 0
    log.warning(
        "%s is read anew in each pass: a cache takes %.2f GB, half of the free shared memory is %.2f GB",
        source.name,
        needed / 1e9,
        free / 2e9,
    )
    return source


def _with_caches(source: Source) -> Source:
    """A cache around each source that is not made of others."""
    if isinstance(source, Composite):
        return source.with_parts([_with_caches(part) for part in source.parts])
    return SharedCache(source)


def num_bytes(source: Source) -> int:
    """What all images of ``source`` take in memory."""
    if isinstance(source, Composite):
        return sum(map(num_bytes, source.parts))
    return len(source) * source.resolution**2 * 3
