"""Tensors of torch with the values that a file has: the one place where the readers need torch."""

import torch
from torch import Tensor

from gpen_train.checkpoints.formats.declared import DType
from gpen_train.checkpoints.formats.maker import Maker, Storage, StorageId
from gpen_train.checkpoints.formats.window import Window


class Reading(Maker):
    """Reads all values, to the CPU."""

    reads_values = True
    leaves = (torch.dtype, torch.Size)

    def dtype(self, dtype: DType) -> torch.dtype:
        return getattr(torch, dtype.name)

    def size(self, values: tuple[int, ...]) -> torch.Size:
        return torch.Size(values)

    def storage(self, declared: StorageId) -> Storage:
        try:
            content = torch.empty(declared.num_bytes, dtype=torch.uint8)
        except RuntimeError as error:  # torch's way to say so
            raise MemoryError(f"{declared.num_bytes} bytes for one storage") from error
        return Storage(declared.dtype, declared.numel, content)

    def fill(self, storage: Storage, window: Window) -> memoryview:
        """Little-endian, as every machine that trains is."""
        window.fill(storage.content.numpy().data)
        if storage.dtype.name == "bool" and storage.content.gt(1).any():
            raise ValueError("a storage of bools holds other bytes than 0 and 1")
        return storage.content.numpy().data

    def tensor(self, storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
        view = torch.empty(0, dtype=self.dtype(storage.dtype))
        return view.set_(storage.content.untyped_storage(), offset, size, stride)

    def empty(self, size: tuple[int, ...], dtype: DType) -> Tensor:
        return torch.empty(size, dtype=self.dtype(dtype))

    def array(self, raw: bytes | Window, dtype: DType, shape: tuple[int, ...], is_fortran: bool) -> Tensor:
        if isinstance(raw, Window):
            raw = Window(raw.file, raw.position, raw.end).read(raw.left)
        kind = self.dtype(dtype)
        flat = torch.frombuffer(bytearray(raw), dtype=kind) if raw else torch.empty(0, dtype=kind)
        if not is_fortran:
            return flat.reshape(shape)
        return flat.reshape(shape[::-1]).permute(*reversed(range(len(shape))))
