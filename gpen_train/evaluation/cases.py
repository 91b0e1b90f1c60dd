"""What an evaluation looks at: pairs of degraded and clean images, and what other systems made of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor


class Pairs(Protocol):
    """Images to evaluate on: ``pairs[i]`` -> (degraded uint8 [h, w, 3], clean uint8 [R, R, 3]), or None."""

    name: str
    resolution: int  # R, pixels a side, of the clean images, and of what is made
    has_degraded: bool
    has_clean: bool

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[np.ndarray | None, np.ndarray | None]: ...

    def label(self, index: int) -> str:
        """The image's name: a relative path, a number."""

    def fingerprint(self) -> str:
        """Equal text means equal images in equal order."""


class Numbers:
    """No images, but ``num`` numbers of which a prior draws faces of ``resolution`` pixels: ``Pairs``."""

    name, has_degraded, has_clean = "samples", False, False

    def __init__(self, num: int, resolution: int) -> None:
        self.num, self.resolution = num, resolution

    def __len__(self) -> int:
        return self.num

    def __getitem__(self, index: int) -> tuple[None, None]:
        return None, None

    def label(self, index: int) -> str:
        return f"{index:06d}"

    def fingerprint(self) -> str:
        return str(self.num)


class Images(Protocol):
    """What a system has restored: ``images[i]`` -> uint8 [R, R, 3]."""

    def __getitem__(self, index: int, /) -> np.ndarray: ...


class Cases(NamedTuple):
    """A batch of them; uint8 tensors [B, H, W, 3]."""

    numbers: list[int]  # of the images, in the set
    resolution: int  # pixels a side of what is made of them
    degraded: Tensor | None = None
    clean: Tensor | None = None
    restored: Mapping[str, Tensor] = {}  # by the name of the system whose files they are


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
            self.pairs.resolution,
            _stack(degraded),
            _stack(clean),
            {
                name: torch.from_numpy(np.stack([images[n] for n in numbers]))
                for name, images in self.restored.items()
            },
        )


def _stack(images: Sequence[np.ndarray | None]) -> Tensor | None:
    """One tensor of them; None where there are none."""
    there = [image for image in images if image is not None]
    return torch.from_numpy(np.stack(there)) if there else None
