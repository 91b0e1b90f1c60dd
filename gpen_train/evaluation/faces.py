"""A batch of faces that several metrics look at, converted and seen by each network once."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, TypeVar

from torch import Tensor

from gpen_train.images import to_float

Features = TypeVar("Features")
Network = Callable[[Tensor], Features]  # of images [B, 3, H, W] in [-1, 1]


class SetNetwork(Protocol):
    """What sets of images are compared with: images [B, 3, H, W] in [-1, 1] -> features [B, num_features]."""

    num_features: int

    def __call__(self, images: Tensor, /) -> Tensor: ...


class Faces:
    """Images uint8 [B, H, W, 3] of one system, on the device."""

    def __init__(self, pixels: Tensor) -> None:
        self.pixels = pixels
        self._seen: dict[Network, Any] = {}

    @cached_property
    def floats(self) -> Tensor:
        """[B, 3, H, W] in [-1, 1]."""
        return to_float(self.pixels)

    def seen_by(self, network: Network[Features]) -> Features:
        """What ``network`` makes of them."""
        if network not in self._seen:
            self._seen[network] = network(self.floats)
        return self._seen[network]
