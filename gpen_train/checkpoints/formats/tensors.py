"""Tensors over storages, whose declared sizes are compared with what is there before anything is made."""

import math
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from gpen_train.checkpoints.formats.declared import DType, is_tensor
from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.maker import Maker, Storage, StorageId

MAX_DIMS = 32
MAX_EMPTY = 2**40  # the product of the other sizes of a tensor that has a size of 0
TYPES = (
    ("Double", "F64", DType("float64", 8)),
    ("Float", "F32", DType("float32", 4)),
    ("Half", "F16", DType("float16", 2)),
    ("BFloat16", "BF16", DType("bfloat16", 2)),
    ("Long", "I64", DType("int64", 8)),
    ("Int", "I32", DType("int32", 4)),
    ("Short", "I16", DType("int16", 2)),
    ("Char", "I8", DType("int8", 1)),
    ("Byte", "U8", DType("uint8", 1)),
    ("Bool", "BOOL", DType("bool", 1)),
)  # by the names of torch's storages, and of safetensors


class StorageType(NamedTuple):
    """A class such as torch.FloatStorage."""

    dtype: DType


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

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
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


def rebuild_tensor(maker: Maker, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Any:
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
        return maker.empty(size, storage.dtype)
    reach = 0
    for step, count in sorted((step, count) for step, count in zip(stride, size, strict=True) if count > 1):
        if step <= reach:
            raise ValueError(f"a tensor of shape {list(size)} overlaps itself with strides {list(stride)}")
        reach += step * (count - 1)
    if offset + reach >= storage.numel:
        raise ValueError(
            f"a tensor of shape {list(size)} is declared over the {storage.numel} values of its storage"
        )
    return maker.tensor(storage, offset, size, stride)


def rebuild_parameter(data: Any, *_: Any) -> Any:
    """A parameter's values."""
    if not is_tensor(data):
        raise ValueError(f"a parameter is declared over a {type(data).__name__}")
    return data


def _are_counts(values: Any) -> bool:
    return isinstance(values, tuple) and all(type(value) is int and 0 <= value < 2**63 for value in values)
