"""What an evaluation looks at: pairs of degraded and clean images, and what other systems made of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor


class Pairs(Protocol):
    """Images to evaluate on: ``pairs[i]`` -> (degraded uint8 [h, w, 3] or None, clean uint8 [R, R, 3])."""

    name: str
    resolution: int  # R, pixels a side
    has_degraded: bool

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[np.ndarray | None, np.ndarray]: ...

    def label(self, index: int) -> str:
        """The image's name: a relative path, a number."""

    def fingerprint(self) -> str:
        """Equal text means equal images in equal order."""


class Images(Protocol):
    """What a system has restored: ``images[i]`` -> uint8 [R, R, 3]."""

    def __getitem__(self, index: int, /) -> np.ndarray: ...


class Cases(NamedTuple):
    """A batch of them; uint8 tensors [B, H, W, 3]."""

    numbers: list[int]  # of the images, in the set
    degraded: Tensor | None
    clean: Tensor
    restored: dict[str, Tensor]  # by the name of the system whose files they are


Load = Callable[[Sequence[Sequence[int]]], Iterable[Cases]]  # numbers of images, batch by batch -> batches


class Examples:
    """``examples[numbers]`` -> Cases. Each image is decoded once, for all systems and metrics."""

    def __init__(self, pairs: Pairs, restored: Mapping[str, Images]) -> None:
        self.pairs, self.restored = pairs, restored

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, numbers: Sequence[int]) -> Cases:
        degraded, clean = zip(*(self.pairs[number] for number in numbers), strict=True)
        return Cases(
            list(numbers),
            None if degraded[0] is None else _stack(degraded),
            _stack(clean),
            {name: _stack([images[number] for number in numbers]) for name, images in self.restored.items()},
        )


def _stack(images: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(images))
