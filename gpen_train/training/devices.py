"""One model on many devices: the same weights on each, gradients averaged by hand.

A step has two networks, several backward passes, a gradient of a gradient, and parts of a batch: gathered at
its end in one buffer, as StyleGAN3 does, its gradients need none of DistributedDataParallel's hooks.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from pytorch_lightning.strategies import DDPStrategy
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from gpen_train.processes import num_processes, summed


class ReplicatedStrategy(DDPStrategy):
    """Lightning's DDP without the wrapper around the module: ``average_gradients`` does its work."""

    def configure_ddp(self) -> None:
        """Give every process the weights of the first."""
        for tensor in self.model.state_dict().values():
            dist.broadcast(tensor, src=0)


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its mean over the devices; all have gradients for the same parameters."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    gradients = [gradient for gradient in gradients if not isinstance(gradient, DTensor)]  # FSDP's are
    if not gradients or num_processes() == 1:
        return
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    dist.all_reduce(flat)
    flat /= num_processes()
    pieces = flat.split([gradient.numel() for gradient in gradients])
    for gradient, piece in zip(gradients, pieces, strict=True):
        gradient.copy_(piece.view_as(gradient))


def averaged(values: Tensor) -> Tensor:
    """``values`` averaged over the devices."""
    return summed(values) / num_processes()


def largest(number: int, device: torch.device) -> int:
    """The largest ``number`` that any device has."""
    if num_processes() == 1:
        return number
    value = torch.tensor(number, device=device)
    dist.all_reduce(value, dist.ReduceOp.MAX)
    return int(value)


@contextmanager
def lost_processes() -> Iterator[None]:
    """Say in one line, as an OSError, that another process of the run is gone or does not answer."""
    try:
        yield
    except RuntimeError as error:
        reason = str(error).splitlines()[0].strip()
        if isinstance(error, dist.DistError) or "gloo" in reason:
            lost = "another process of this run has died or does not answer"
        elif "DataLoader worker" in reason:
            lost = "a process that loads images has died; is memory short for data.num_workers of them?"
        else:
            raise
        raise OSError(
            f"{lost} ({reason}); the last checkpoint is whole: start again with resume=true"
        ) from error
