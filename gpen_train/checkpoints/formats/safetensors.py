"""safetensors files: ours, which hold what a bundle holds, and others, which are a plain state dict.

Eight bytes that count the header's, the header as JSON, and the tensors' values one after another. Ours name
a tensor by its part and its own name, as ``encoder.conv1.weight``, and carry the args as JSON.

Kept in place of ``safetensors.safe_open``, which maps the file: copies of its tensors take 1,084 MB where
this takes 542 for a file of 540 MB, and a file that is cut short meanwhile ends the process (SIGBUS).

Source: the description of the format at github.com/huggingface/safetensors.
"""

import json
import math
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.maker import Maker, StorageId
from gpen_train.checkpoints.formats.stubs import checked_key
from gpen_train.checkpoints.formats.tensors import TYPES, rebuild_tensor
from gpen_train.checkpoints.formats.window import Window

LAYOUT = "gpen_train"  # in the metadata of ours
METADATA = "__metadata__"
DTYPES = {name: dtype for _, name, dtype in TYPES}


def is_safetensors(start: bytes) -> bool:
    """Whether a file's first bytes are those of safetensors: the length of a header, and its bracket."""
    return start[4:9] == b"\0\0\0\0{"  # no header takes 4 GiB


def read_safetensors(window: Window, maker: Maker) -> dict[str, Any]:
    """``{part: {name: tensor}, "args": Namespace}`` of a file of ours, else ``{name: tensor}``.

    Where no values are read, the header alone is. The format has no checksums. Raises nearly any error for a
    damaged file.
    """
    header = json.loads(window.read(int.from_bytes(window.read(8), "little")), object_pairs_hook=_unique)
    metadata = header.pop(METADATA, {})
    entries = sorted(header.items(), key=lambda entry: entry[1]["data_offsets"])
    start = window.position
    tensors = {checked_key(name): _tensor(name, entry, window, start, maker) for name, entry in entries}
    if window.left:
        raise ValueError(f"{window.left} bytes follow its last tensor")
    ours = isinstance(metadata, dict) and metadata.get("layout") == LAYOUT
    return _in_parts(tensors, metadata) if ours else tensors


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names are all different."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("its header has a name twice")
    return found


def _tensor(name: str, entry: Mapping[str, Any], window: Window, start: int, maker: Maker) -> Any:
    """The tensor that stands next in ``window``, whose values begin at ``start``."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    if entry["dtype"] not in DTYPES:
        raise OtherKind(f"its {name[:40]} is of dtype {entry['dtype']!s:.20}; expected {', '.join(DTYPES)}")
    if not isinstance(shape, list) or any(type(n) is not int or n < 0 for n in (*shape, begin, end)):
        raise ValueError(f"{name[:40]!r} is declared with wrong types")
    declared = StorageId(name, DTYPES[entry["dtype"]], math.prod(shape))
    if begin != window.position - start or end - begin != declared.num_bytes:
        raise ValueError(f"{name[:40]!r} of shape {shape[:9]} is declared at bytes {begin} to {end}")
    values = window.cut(declared.num_bytes)
    storage = maker.storage(declared)
    maker.fill(storage, values)
    strides = tuple(math.prod(shape[dim + 1 :]) for dim in range(len(shape)))
    return rebuild_tensor(maker, storage, 0, tuple(shape), strides)


def _in_parts(tensors: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle's content; a tensor without a part stands by itself."""
    content: dict[str, Any] = {}
    for name, tensor in tensors.items():
        part, dot, rest = name.partition(".")
        if dot:
            content.setdefault(part, {})[rest] = tensor
        else:
            content[part] = tensor
    args = json.loads(metadata.get("args", "null"), object_pairs_hook=_unique)
    if not isinstance(args, dict):
        raise ValueError("its metadata says that gpen_train wrote it, but lacks the args")
    return {**content, "args": Namespace(**args)}
