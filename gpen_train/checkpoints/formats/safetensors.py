"""safetensors files: ours, which hold what a bundle holds, and others, which are a plain state dict.

Ours name a tensor by its part and its own name, as ``encoder.conv1.weight``, and carry the args as JSON.
"""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.stubs import checked_key

LAYOUT = "gpen_train"  # in the metadata of ours
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def is_safetensors(start: bytes) -> bool:
    """Whether a file's first bytes are those of safetensors: the length of a header, and its bracket."""
    return start[4:9] == b"\0\0\0\0{"  # no header takes 4 GiB


def read_safetensors(path: Path, meta: bool = False) -> dict[str, Any]:
    """``{part: {name: tensor}, "args": Namespace}`` of a file of ours, else ``{name: tensor}``.

    With ``meta`` the header alone is read. Raises nearly any error for a damaged file.
    """
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        tensors = {checked_key(name): _tensor(file, name, meta) for name in file.keys()}  # noqa: SIM118
    if metadata.get("layout") != LAYOUT:
        return tensors
    args = json.loads(metadata.get("args", "null"))
    if not isinstance(args, dict):
        raise ValueError("its metadata says that gpen_train wrote it, but lacks the args")
    content: dict[str, Any] = {}
    for name, tensor in tensors.items():
        part, dot, rest = name.partition(".")
        if dot:
            content.setdefault(part, {})[rest] = tensor
        else:
            content[part] = tensor
    content["args"] = Namespace(**args)
    return content


def _tensor(file: Any, name: str, meta: bool) -> Tensor:
    declared = file.get_slice(name)
    dtype = DTYPES.get(declared.get_dtype())
    if dtype is None:
        raise OtherKind(f"its {name[:40]} is of dtype {declared.get_dtype()}; expected {', '.join(DTYPES)}")
    if meta:
        return torch.empty(declared.get_shape(), dtype=dtype, device="meta")
    return file.get_tensor(name).clone()  # its own memory, rather than a view on the file
