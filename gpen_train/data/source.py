"""What a source of clean images is, and a view of a part of one."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Source(Protocol):
    """Clean images by index. Everything else about a dataset (order, degradation, workers) lies elsewhere.

    ``source[index]`` gives uint8 RGB [resolution, resolution, 3], the same at every call, and raises
    UnreadableImageError for a file that cannot be decoded. A source is sent to worker processes: it pickles.
    """

    name: str  # short, for logs and checkpoints
    resolution: int  # pixels per side

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> np.ndarray: ...

    def label(self, index: int) -> str:
        """Name one image: a relative path, a number."""

    def fingerprint(self) -> str:
        """Tell two sources apart: equal text means equal images in equal order."""


class Subset:
    """The images of ``source`` at ``indices``, in that order."""

    def __init__(self, source: Source, indices: Sequence[int]):
        self.source, self.indices = source, list(indices)
        self.name, self.resolution = source.name, source.resolution

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.source[self.indices[index]]

    def label(self, index: int) -> str:
        return self.source.label(self.indices[index])

    def fingerprint(self) -> str:
        return digest([self.source.fingerprint(), *map(str, self.indices)])


def digest(lines: list[str]) -> str:
    """Sixteen hexadecimal digits that stand for the lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
