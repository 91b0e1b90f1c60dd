"""A GPU that is not there: shapes, types and devices are followed, nothing is computed.

What a GPU would refuse raises: a tensor that was made on the CPU, and every hidden wait for the device, as
`.item()` and `bool(tensor)` are. The backward pass cannot be run so.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import TorchFunctionMode

DEVICE = torch.device("cuda", 0)


class Generator(torch.Generator):
    """One that says it is the GPU's."""

    def __new__(cls, device: Any = "cpu") -> "Generator":
        return super().__new__(cls)

    device = DEVICE


class _WithoutGenerators(TorchFunctionMode):
    """No random numbers are drawn, so it does not matter from where."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = {name: value for name, value in (kwargs or {}).items() if name != "generator"}
        return func(*args, **kwargs)


@pytest.fixture
def on_a_gpu(monkeypatch) -> Callable[[torch.dtype], AbstractContextManager]:
    """``with on_a_gpu(dtype):`` tensors are made on a GPU that is not there, with autocast to ``dtype``."""
    monkeypatch.setattr(torch, "Generator", Generator)
    monkeypatch.setattr("torch.cuda.amp.common.amp_definitely_not_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: True)

    @contextmanager
    def pretended(dtype: torch.dtype) -> Iterator[None]:
        with ExitStack() as stack:
            for mode in (_WithoutGenerators(), FakeTensorMode(allow_non_fake_inputs=True), DEVICE):
                stack.enter_context(mode)
            stack.enter_context(torch.autocast("cuda", dtype, enabled=dtype != torch.float32))
            yield

    return pretended
