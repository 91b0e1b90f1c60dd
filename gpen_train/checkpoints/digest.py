"""A digest of all tensors of a file: what tells a changed or swapped weight where the format does not."""

import hashlib
from argparse import Namespace
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.parts import joined


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over a line for each tensor of ``content``, in the names' order: name, dtype, shape, SHA-256.

    A tensor's name is that of its part and its own: ``encoder.conv1.weight``. Raises ValueError where a
    part holds something else.
    """
    tensors = {name: value for name, value in content.items() if isinstance(value, Tensor)}
    tensors |= joined({part: named for part, named in content.items() if isinstance(named, Mapping)})
    with ThreadPoolExecutor() as threads:
        lines = list(threads.map(_line, sorted(tensors), [tensors[name] for name in sorted(tensors)]))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _line(name: str, tensor: Any) -> str:
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{name} is a {type(tensor).__name__}; expected a tensor")
    values = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
    dtype = str(tensor.dtype).removeprefix("torch.")
    return f"{name} {dtype} {list(tensor.shape)} {hashlib.sha256(values.data).hexdigest()}\n"


def check_digest(content: Any, source: str) -> None:
    """Raise ValueError where ``content`` carries the digest of other tensors than it holds."""
    args = content.get("args") if isinstance(content, Mapping) else None
    expected = getattr(args, "digest", None) if isinstance(args, Namespace) else None
    if expected is not None and digest_of(content) != expected:
        raise ValueError(
            f"{source} holds other tensors than those its args.digest was taken of: some were altered or "
            f"swapped; copy or download it again. If that was meant, delete args.digest"
        )
