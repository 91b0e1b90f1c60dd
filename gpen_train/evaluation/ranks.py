"""Several processes that share one evaluation: each takes its batches, and all end with the same sums."""

import torch
import torch.distributed as dist
from torch import Tensor


def place() -> tuple[int, int]:
    """Rank of this process and number of processes; 0 and 1 where it is alone."""
    if not (dist.is_available() and dist.is_initialized()):
        return 0, 1
    return dist.get_rank(), dist.get_world_size()


def summed(values: Tensor) -> Tensor:
    """``values``, which lie on the CPU, summed over the processes."""
    if place()[1] == 1:
        return values
    device = torch.device("cuda") if dist.get_backend() == "nccl" else torch.device("cpu")
    values = values.to(device, copy=True)
    dist.all_reduce(values)
    return values.cpu()
