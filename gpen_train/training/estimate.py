"""How much memory a training takes, found by taking its steps with tensors that have shapes and no values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gpen_train.training.module import TrainingModule
from gpen_train.training.part import Part

SHARE = 0.9  # of the memory: the rest goes to workspaces and to what allocators lose


@dataclass
class Estimate:
    """Counts of parameters, and bytes by part."""

    parameters: dict[str, int]  # by network
    weights: int  # bytes of model, average and discriminator
    gradients: int
    optimizer: int
    activations: int  # of one image
    batch: int  # images that a device takes at a time
    memory: int  # of the device

    @property
    def fixed(self) -> int:
        """Bytes whatever the batch."""
        return self.weights + self.gradients + self.optimizer

    @property
    def largest_batch(self) -> int:
        """Images at a time that fit into the memory, all but a tenth of it."""
        return max(0, int((SHARE * self.memory - self.fixed) // max(self.activations, 1)))


def estimate(module: TrainingModule, part: Part, memory: int) -> Estimate:
    """Of a module and a part of a batch on the meta device, for a device with ``memory`` bytes.

    Activations are those that wait for a backward pass in the heaviest moment of a step with all of its
    regularisers: the discriminator's graph, or its verdict's, beside the model's. In mixed precision they
    are taken to be half as large.
    """
    step, networks = module.step, {"model": module.step.model, "discriminator": module.step.discriminator}
    trained = [
        p for optimizer in module.configure_optimizers() for g in optimizer.param_groups for p in g["params"]
    ]
    trained = [parameter for parameter in trained if parameter.requires_grad]
    made, of_model = saved(lambda: step.made(part), module)
    of_judge = saved(lambda: step.discriminator_loss(part, made[-1].detach()), module)[1]
    of_terms = saved(lambda: step.generator_loss(part, made[-1], made[:-1]), module)[1]
    width = 0.5 if step.compute.precision != "32" else 1.0
    return Estimate(
        parameters={name: sum(p.numel() for p in network.parameters()) for name, network in networks.items()},
        weights=num_bytes([*module.parameters(), *module.buffers()]),
        gradients=num_bytes(trained),
        optimizer=2 * num_bytes(trained),
        activations=int(width * (of_model + max(of_judge, of_terms)) / len(part.clean)),
        batch=len(part.clean),
        memory=memory,
    )


def saved(run: Callable[[], Any], network: nn.Module) -> tuple[Any, int]:
    """What ``run`` returns, and the bytes of the tensors that it keeps for a backward pass."""
    weights = {p.untyped_storage()._cdata for p in [*network.parameters(), *network.buffers()]}
    kept: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()
    return result, sum(storage.nbytes() for storage in kept.values())


def num_bytes(tensors: Iterable[Tensor]) -> int:
    """Of the tensors' values."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
