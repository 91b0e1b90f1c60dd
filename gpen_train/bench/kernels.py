"""How many kernels a piece of work runs; operators that compiling has fused count as one."""

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import DeviceType
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile

from gpen_train.devices import wait_for

OPERATOR, FUSED = "aten::", "_cpp_fused_"  # in the names of torch's operators, and of what inductor fuses
ONLY_MEMORY = ("empty", "resize_", "set_", "detach_", "as_strided_")  # neither compute nor copy


def name_fused_kernels() -> None:
    """Have passes that are compiled for the CPU from here on name their kernels to the profiler."""
    import torch._inductor.config as inductor  # torch leaves it out until something is compiled

    inductor.cpp.enable_kernel_profile = True


def kernels(work: Callable[[], Any], device: torch.device) -> int:
    """Of running ``work`` once: a GPU's kernels and copies; on CPUs the operators that compute or copy."""
    on_gpu = device.type == "cuda"
    with profile(activities=[ProfilerActivity.CPU, *[ProfilerActivity.CUDA] * on_gpu]) as seen:
        work()
        wait_for(device)
    events = seen.events()
    if on_gpu:
        return sum(event.device_type == DeviceType.CUDA and not event.is_user_annotation for event in events)
    return sum(_within(event) for event in events if event.cpu_parent is None)


def _within(event: FunctionEvent) -> int:
    """An operator that is made of others is what those are."""
    if FUSED in event.name:
        return 1
    inner = sum(map(_within, event.cpu_children))
    return inner or (event.name.startswith(OPERATOR) and _computes(event.name.removeprefix(OPERATOR)))


def _computes(name: str) -> bool:
    """Whether an operator that calls no other has computed or copied something."""
    packet = getattr(torch.ops.aten, name)
    overload = getattr(packet, packet.overloads()[0])
    is_composite = torch._C._dispatch_has_kernel_for_dispatch_key(
        overload.name(), "CompositeImplicitAutograd"
    )
    return not (overload.is_view or is_composite or name.startswith(ONLY_MEMORY))
