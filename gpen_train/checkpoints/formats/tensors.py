"""Tensors over storages, whose declared sizes are compared with what is there before anything is made."""

import math
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.window import Window

MAX_DIMS = 32
MAX_EMPTY = 2**40  # the product of the other sizes of a tensor that has a size of 0
TYPES = (
    ("Double", "F64", torch.float64),
    ("Float", "F32", torch.float32),
    ("Half", "F16", torch.float16),
    ("BFloat16", "BF16", torch.bfloat16),
    ("Long", "I64", torch.int64),
    ("Int", "I32", torch.int32),
    ("Short", "I16", torch.int16),
    ("Char", "I8", torch.int8),
    ("Byte", "U8", torch.uint8),
    ("Bool", "BOOL", torch.bool),
)  # by the names of torch's storages, and of safetensors


class StorageType(NamedTuple):
    """A class such as torch.FloatStorage."""

    dtype: torch.dtype


class Storage(NamedTuple):
    """``numel`` values in a row, which tensors view."""

    dtype: torch.dtype
    numel: int
    content: Tensor  # uint8, on the meta device where no weights are read


class StorageId(NamedTuple):
    """What a pickle of torch.save says of a storage that stands outside of it."""

    key: str
    dtype: torch.dtype
    numel: int

    @property
    def num_bytes(self) -> int:
        return self.numel * self.dtype.itemsize


def storage_id(saved: Any) -> StorageId:
    """Read ("storage", type, key, device, numel), to which older files add None."""
    if type(saved) is not tuple or not 5 <= len(saved) <= 6 or saved[0] != "storage":
        raise ValueError("its pickle refers to something else than a storage")
    _, kind, key, _, numel = saved[:5]
    if not isinstance(kind, StorageType) or type(key) is not str or type(numel) is not int or numel < 0:
        raise ValueError("a storage is declared with wrong types")
    if any(view is not None for view in saved[5:]):
        raise OtherKind("its storages are views of each other, which PyTorch has not written since 0.4")
    return StorageId(key, kind.dtype, numel)


class Storages(ABC):
    """The storages of a file, each made when its pickle first refers to it."""

    def __init__(self, meta: bool) -> None:
        self.meta = meta
        self.known: dict[str, tuple[StorageId, Storage]] = {}

    def load(self, saved: Any) -> Storage:
        """What stands for a persistent id."""
        declared = storage_id(saved)
        if declared.key not in self.known:
            self.known[declared.key] = declared, self.make(declared)
        first, storage = self.known[declared.key]
        if declared != first:
            raise ValueError(f"storage {declared.key[:40]!r} is declared twice, and differently")
        return storage

    @abstractmethod
    def make(self, declared: StorageId) -> Storage:
        """A storage as declared; ValueError where the file has no such bytes."""


def new_storage(declared: StorageId, meta: bool) -> Storage:
    """A storage of the declared size, to be filled; MemoryError where there is no room for it."""
    try:
        content = torch.empty(declared.num_bytes, dtype=torch.uint8, device="meta" if meta else "cpu")
    except RuntimeError as error:  # torch's way to say so
        raise MemoryError(f"{declared.num_bytes} bytes for one storage") from error
    return Storage(declared.dtype, declared.numel, content)


def fill(storage: Storage, window: Window) -> None:
    """Read a storage's values from ``window``; little-endian, as every machine that trains is."""
    window.fill(storage.content.numpy().data)
    if storage.dtype == torch.bool and storage.content.gt(1).any():
        raise ValueError("a storage of bools holds other bytes than 0 and 1")


def rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Tensor:
    """A view on ``storage``; what a tensor was besides (requires_grad, hooks) is dropped.

    Raises ValueError unless the tensor lies within the storage and no two of its values share a place.
    """
    if not isinstance(storage, Storage) or not _are_counts(size) or not _are_counts(stride):
        raise ValueError("a tensor is declared with wrong types")
    if type(offset) is not int or offset < 0 or len(size) != len(stride) or len(size) > MAX_DIMS:
        raise ValueError(f"a tensor is declared with {len(size)} sizes and {len(stride)} strides at {offset}")
    if 0 in size:
        if math.prod(filter(None, size)) > MAX_EMPTY:
            raise ValueError(f"an empty tensor is declared with the sizes {list(size)}")
        return torch.empty(size, dtype=storage.dtype, device=storage.content.device)
    reach = 0
    for step, count in sorted((step, count) for step, count in zip(stride, size, strict=True) if count > 1):
        if step <= reach:
            raise ValueError(f"a tensor of shape {list(size)} overlaps itself with strides {list(stride)}")
        reach += step * (count - 1)
    if offset + reach >= storage.numel:
        raise ValueError(
            f"a tensor of shape {list(size)} is declared over the {storage.numel} values of its storage"
        )
    empty = torch.empty(0, dtype=storage.dtype, device=storage.content.device)
    return empty.set_(storage.content.untyped_storage(), offset, size, stride)


def rebuild_parameter(data: Any, *_: Any) -> Tensor:
    """A parameter's values."""
    if not isinstance(data, Tensor):
        raise ValueError(f"a parameter is declared over a {type(data).__name__}")
    return data


def _are_counts(values: Any) -> bool:
    return isinstance(values, tuple) and all(type(value) is int and 0 <= value < 2**63 for value in values)
