"""What computes: devices, the precision of a network on them, and cores.

torch is imported where it is needed: the parsers of the command line read the names alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")
DTYPES = ("float32", "bfloat16", "float16")


def choose_device(name: str) -> torch.device:
    """The device of that name, "auto" a GPU if there is one; ValueError where CUDA is missing."""
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device is {name}, and PyTorch finds no CUDA device; expected one, or use --device cpu"
        )
    return torch.device(name)


def dtype_named(name: str) -> torch.dtype:
    """One of DTYPES; ValueError for another name."""
    import torch

    if name not in DTYPES:
        raise ValueError(f"dtype is {name!r}; choose one of: {', '.join(DTYPES)}")
    return getattr(torch, name)


def wait_for(device: torch.device) -> None:
    """Until all that the device was given is done."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
