"""What a source of clean images is, and a view of a part of one."""

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np


class Source(Protocol):
    """Clean images by index. Everything else about a dataset (order, degradation, workers) lies elsewhere.

    ``source[index]`` gives uint8 RGB [resolution, resolution, 3], the same at every call, or a ``Pair``
    where the degraded image is a file too, and raises UnreadableImageError for what cannot be decoded. A
    source is sent to worker processes: it pickles, and keeps what it knows of the images in arrays.

    Some sources have more, which ``order_of`` and ``subset`` ask for:

        groups             int array [N], which images lie together and are best read after one another
        order(seed)        an order of their own, see ``orders.py``
        subset(indices)    the images at ``indices``
    """

    name: str  # short, for logs and checkpoints
    resolution: int  # pixels per side

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Any: ...

    def label(self, index: int) -> str:
        """Name one image: a relative path with forward slashes, a number."""

    def content_key(self, index: int) -> str:
        """64 hexadecimal digits that stand for the content, wherever it is stored; see ``headers.py``."""

    def fingerprint(self) -> str:
        """Tell two sources apart: equal text means equal images in equal order."""


@runtime_checkable
class Composite(Source, Protocol):
    """A source made of others."""

    parts: Sequence[Source]

    def with_parts(self, parts: Sequence[Source]) -> Source:
        """The same, made of other parts."""


class Subset:
    """The images of ``source`` at ``indices``, in that order."""

    def __init__(self, source: Source, indices: Sequence[int] | np.ndarray):
        self.source, self.indices = source, np.asarray(indices, np.int64)
        self.name, self.resolution = source.name, source.resolution

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.source[self._of_source(index)]

    def label(self, index: int) -> str:
        return self.source.label(self._of_source(index))

    def content_key(self, index: int) -> str:
        return self.source.content_key(self._of_source(index))

    def fingerprint(self) -> str:
        return digest([self.source.fingerprint(), *map(str, self.indices.tolist())])

    @property
    def groups(self) -> np.ndarray | None:
        groups = getattr(self.source, "groups", None)
        return None if groups is None else groups[self.indices]

    def _of_source(self, index: int) -> int:
        return int(self.indices[index])


def subset(source: Source, indices: Sequence[int] | np.ndarray) -> Source:
    """The images of ``source`` at ``indices``, in that order."""
    return source.subset(indices) if hasattr(source, "subset") else Subset(source, indices)


def digest(lines: list[str]) -> str:
    """Sixteen hexadecimal digits that stand for the lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
