"""Where float32 is kept although the networks run in low precision."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def without_autocast(x: Tensor) -> AbstractContextManager:
    """A context in which autocast leaves float32 alone, for sums that low precision would spoil."""
    return torch.autocast(x.device.type, enabled=False) if x.device.type != "meta" else nullcontext()


def upcast(x: Tensor) -> Tensor:
    """``x`` in float32, or as it is where it has more."""
    return x.to(torch.promote_types(x.dtype, torch.float32))
