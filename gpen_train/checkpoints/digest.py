"""A digest of all tensors of a file: what tells a changed or swapped weight where the format does not."""

import hashlib
from argparse import Namespace
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.parts import check_state, joined
from gpen_train.checkpoints.wrapping import without_prefixes
from gpen_train.quote import quoted


def digest_of(content: Mapping[str, Any], source: str = "the content") -> str:
    """SHA-256 over a line for each tensor of ``content``, in the names' order: name, dtype, shape, SHA-256.

    A tensor's name is that of its part and its own: ``encoder.conv1.weight``. Raises ValueError where a
    part holds something else; ``source`` names the file there.
    """
    parts = {str(part): named for part, named in content.items() if isinstance(named, Mapping)}
    for part, named in parts.items():
        check_state(named, source, f" of its {quoted(part)}")
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    tensors |= joined(parts)
    with ThreadPoolExecutor() as threads:
        lines = list(threads.map(_line, sorted(tensors), [tensors[name] for name in sorted(tensors)]))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _line(name: str, tensor: Tensor) -> str:
    values = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    dtype = str(tensor.dtype).removeprefix("torch.")
    return f"{name} {dtype} {list(tensor.shape)} {hashlib.sha256(values.data).hexdigest()}\n"


def check_digest(content: Any, source: str) -> None:
    """Raise ValueError where ``content`` carries the digest of other tensors than it holds."""
    args = content.get("args") if isinstance(content, Mapping) else None
    expected = getattr(args, "digest", None) if isinstance(args, Namespace) else None
    if expected is None:
        return
    content, _ = without_prefixes(content)  # which are put around the names of a digest, and none of it
    if digest_of(content, source) != expected:
        raise ValueError(
            f"{source} holds other tensors than those its args.digest was taken of: some were altered or "
            f"swapped; copy or download it again. If that was meant, delete args.digest"
        )
