"""A model whose weights, gradients and moments are split among the devices, as it is too large for one: FSDP.

The generator's blocks are gathered one by one as they are needed. The discriminator, which R1 differentiates
twice, stays whole on every device.

Source: FSDP, arXiv:2304.11277.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer

from gpen_train.training.devices import ReplicatedStrategy
from gpen_train.training.optimizers import MUON


class ShardedStrategy(ReplicatedStrategy):
    """As ReplicatedStrategy, with ``model`` and its average split. Checkpoints hold whole tensors."""

    def configure_ddp(self) -> None:
        super().configure_ddp()
        module = self.lightning_module
        for loss in module.step.losses:
            if loss.block.penalizes == "model":
                name = loss.block.name
                raise ValueError(
                    f"the loss {name} differentiates the generator twice, which sharding cannot; set "
                    f"losses.{name}.weight=0, or trainer.strategy=auto"
                )
        if module.step.profiles:
            raise ValueError(
                "ema.profiles keeps whole models, which sharding does not; set ema.profiles=[], or "
                "trainer.strategy=auto"
            )
        if module.step.rates.adapters:
            raise ValueError(
                "optimizer.adapters are added to whole weights, which sharding splits; set "
                "optimizer.adapters=0, or trainer.strategy=auto"
            )
        if module.step.rates.name == MUON:
            raise ValueError(
                "optimizer.name=muon takes whole weights, which sharding splits; set optimizer.name=adam, or "
                "trainer.strategy=auto"
            )
        if module.step.balance:
            raise ValueError(
                "losses.adversarial.adaptive needs the gradient of a layer by itself, which sharding cannot "
                "give; set losses.adversarial.adaptive=false, or trainer.strategy=auto"
            )
        mesh = init_device_mesh(self.root_device.type, (dist.get_world_size(),))
        for network in (module.step.model, module.step.averaged.model):
            shard(network, mesh)
        module.is_sharded = True

    def lightning_module_state_dict(self) -> dict[str, Any]:
        return {name: whole(tensor) for name, tensor in super().lightning_module_state_dict().items()}

    def optimizer_state(self, optimizer: Optimizer) -> dict[str, Any]:
        state = super().optimizer_state(optimizer)
        moments = {
            index: {name: whole(value) for name, value in values.items()}
            for index, values in state["state"].items()
        }
        return {**state, "state": moments}

    def load_optimizer_state_dict(self, checkpoint: Mapping[str, Any]) -> None:
        """Split the moments as the parameters are split that they belong to."""
        split = []
        for optimizer, state in zip(self.optimizers, checkpoint["optimizer_states"], strict=True):
            parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            moments = {
                index: {name: like(value, parameters[index]) for name, value in values.items()}
                for index, values in state["state"].items()
            }
            split.append({**state, "state": moments})
        super().load_optimizer_state_dict({"optimizer_states": split})


def shard(network: nn.Module, mesh: DeviceMesh) -> None:
    """Split the parts of ``network``, the generator block by block; scalars stay whole."""
    network.to(memory_format=torch.contiguous_format)  # FSDP takes no other
    scalars = {parameter for parameter in network.parameters() if parameter.ndim == 0}
    for block in network.generator.children():
        fully_shard(block, mesh=mesh, ignored_params=scalars)
    for part in network.children():  # split again after each pass too: the average is met between the passes
        fully_shard(part, mesh=mesh, reshard_after_forward=True, ignored_params=scalars)


def whole(value: Any) -> Any:
    """A split tensor gathered; every device has to take part. Anything else as it is."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def like(value: Any, parameter: Tensor) -> Any:
    """``value`` split as ``parameter`` is, where it has its shape."""
    if not isinstance(parameter, DTensor) or getattr(value, "shape", None) != parameter.shape:
        return value
    return distribute_tensor(value.to(parameter.device), parameter.device_mesh, parameter.placements)
