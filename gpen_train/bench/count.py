"""What a piece of work asks of a device: operators, floating-point operations, bytes, waits of the host."""

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

WAITING = ("_local_scalar_dense", "nonzero", "equal", "unique", "masked_select")  # the host needs a value


class Count(NamedTuple):
    """Of one run, as it is written: compiled passes take fewer operators and bytes."""

    operators: int  # that compute or copy; each is a kernel, or a few, on a GPU
    flop: int  # of matrix products and convolutions, a multiplication and an addition as two
    num_bytes: int  # that they read and write
    waits: int


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.operators = self.flop = self.num_bytes = self.waits = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func._overloadpacket not in flop_registry:  # in inference mode operators come whole
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        result = func(*args, **kwargs)
        name = func._schema.name.removeprefix("aten::")
        if func._overloadpacket in flop_registry:
            self.flop += flop_registry[func._overloadpacket](*args, **kwargs, out_val=result)
        given, made = _tensors((args, kwargs)), _tensors(result)
        self.waits += name in WAITING or (name == "_to_copy" and _leaves_the_device(given, made))
        if not func.is_view and any(tensor.numel() for tensor in made) and "empty" not in name:
            self.operators += 1
            self.num_bytes += sum(_bytes(tensor) for tensor in given + made)
        return result


def counted(work: Callable[[], Any]) -> Count:
    """Of running ``work`` once; on the meta device too, where nothing is computed and nothing waits."""
    with _Counter() as counter:
        work()
    return Count(counter.operators, counter.flop, counter.num_bytes, counter.waits)


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in tree_leaves(values) if isinstance(value, Tensor)]


def _bytes(tensor: Tensor) -> int:
    """Of the values that there are: an expanded tensor has fewer than its shape says."""
    sizes = zip(tensor.shape, tensor.stride(), strict=True)
    numel = 1
    for size, stride in sizes:
        numel *= size if stride else 1
    return numel * tensor.element_size()


def _leaves_the_device(given: list[Tensor], made: list[Tensor]) -> bool:
    return any(tensor.is_cuda for tensor in given) and not any(tensor.is_cuda for tensor in made)
