"""What is made of the tensors that a file declares: with their values, or without values and without torch.

The readers of the formats hold every declaration to what the file has, whichever they are given.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from gpen_train.checkpoints.formats.declared import DType, Size, Tensor
from gpen_train.checkpoints.formats.window import Window


class StorageId(NamedTuple):
    """What a pickle of torch.save says of a storage that stands outside of it."""

    key: str
    dtype: DType
    numel: int

    @property
    def num_bytes(self) -> int:
        return self.numel * self.dtype.itemsize


class Storage(NamedTuple):
    """``numel`` values in a row, which tensors view."""

    dtype: DType
    numel: int
    content: Any = None  # the bytes, where values are read


class Maker(ABC):
    """Makes tensors over storages, and what stands beside them in torch's name."""

    reads_values: bool
    leaves: tuple[type, ...]  # the types of a dtype and of a size

    @abstractmethod
    def dtype(self, dtype: DType) -> Any:
        """The dtype itself, where a file names one."""

    @abstractmethod
    def size(self, values: tuple[int, ...]) -> Any:
        """A torch.Size."""

    @abstractmethod
    def storage(self, declared: StorageId) -> Storage:
        """A storage of the declared size, to be filled; MemoryError where there is no room for it."""

    @abstractmethod
    def fill(self, storage: Storage, window: Window) -> bytes | memoryview:
        """Read a storage's values from ``window``, and return the bytes that were read."""

    @abstractmethod
    def tensor(self, storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Any:
        """A view on ``storage``, which was found to lie within it."""

    @abstractmethod
    def empty(self, size: tuple[int, ...], dtype: DType) -> Any:
        """A tensor without values, one of the sizes being 0."""

    @abstractmethod
    def array(self, raw: bytes | Window, dtype: DType, shape: tuple[int, ...], is_fortran: bool) -> Any:
        """numpy's array as a tensor; ``raw`` has as many bytes as the shape takes."""


class Declaring(Maker):
    """Keeps to what is declared: values are left on the disk."""

    reads_values = False
    leaves = (DType, Size)

    def dtype(self, dtype: DType) -> DType:
        return dtype

    def size(self, values: tuple[int, ...]) -> Size:
        return Size(values)

    def storage(self, declared: StorageId) -> Storage:
        return Storage(declared.dtype, declared.numel)

    def fill(self, storage: Storage, window: Window) -> bytes:
        return b""

    def tensor(self, storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
        return Tensor(Size(size), storage.dtype)

    def empty(self, size: tuple[int, ...], dtype: DType) -> Tensor:
        return Tensor(Size(size), dtype)

    def array(self, raw: bytes | Window, dtype: DType, shape: tuple[int, ...], is_fortran: bool) -> Tensor:
        return Tensor(Size(shape), dtype)
