"""The processes that share one piece of work, as torch.distributed joins them: which is this, and sums."""

import torch
import torch.distributed as dist
from torch import Tensor


def num_processes() -> int:
    """How many take part; 1 where this one is alone."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """The number of this one among them, from 0."""
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


def summed(values: Tensor) -> Tensor:
    """``values`` summed over the processes, where they lie; NCCL, which knows GPUs alone, takes a copy."""
    if num_processes() == 1:
        return values
    place = torch.device("cuda") if dist.get_backend() == "nccl" else values.device
    total = values.to(place, copy=True)
    dist.all_reduce(total)
    return total.to(values.device)
