"""What stands for torch's tensors, dtypes and sizes where declarations alone are read: no torch, no values.

Dtypes and sizes print as those of torch do.
"""

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class DType:
    """A type of numbers, by torch's name of it."""

    name: str
    itemsize: int  # bytes

    @property
    def is_floating_point(self) -> bool:
        return "float" in self.name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class Size(tuple):
    """A torch.Size."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor's shape and dtype, with as much of torch's interface as tells them."""

    shape: Size
    dtype: DType

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def numel(self) -> int:
        return math.prod(self.shape)

    def element_size(self) -> int:
        return self.dtype.itemsize

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def __repr__(self) -> str:
        return f"a tensor of shape {list(self.shape)}, {self.dtype.name}"


def is_tensor(value: Any) -> "TypeGuard[torch.Tensor]":
    """Whether ``value`` is a tensor, declared or of torch, of which there is none before its import."""
    torch = sys.modules.get("torch")
    return isinstance(value, Tensor) or (torch is not None and isinstance(value, torch.Tensor))
