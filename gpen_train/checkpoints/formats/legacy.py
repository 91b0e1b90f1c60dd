"""The files of torch.save before 1.6, and of its ``_use_new_zipfile_serialization=False``.

Five pickles, then each storage as 8 bytes that count its values and the values themselves.

Source: torch/serialization.py, _legacy_save.
"""

from typing import Any

from gpen_train.checkpoints.formats.maker import Maker, Storage, StorageId
from gpen_train.checkpoints.formats.stubs import names_of
from gpen_train.checkpoints.formats.tensors import Storages
from gpen_train.checkpoints.formats.unpickler import Budget, Unpickler
from gpen_train.checkpoints.formats.window import Window

MAGIC = 0x1950A86A20F9469CFC6C  # what the first pickle holds
VERSION = 1001  # what the second holds


def read_legacy(window: Window, maker: Maker, budget: Budget | None = None) -> Any:
    """The content of a legacy file whose first pickle, the magic number, has been read from ``window``.

    The format has no checksums. Raises nearly any error for a
    damaged file.
    """
    budget = budget or Budget()
    version, system = (Unpickler(window, budget).load() for _ in range(2))
    if version != VERSION or not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("its second and third pickle do not say: version 1001, little-endian")
    storages = LegacyStorages(window, maker)
    content = Unpickler(window, budget, names_of(maker), storages.load).load()
    keys = Unpickler(window, budget).load()
    storages.fill(keys)
    if window.left:
        raise ValueError(f"{window.left} bytes follow its last storage")
    return content


class LegacyStorages(Storages):
    """The storages of a legacy file: known from the pickle, then filled from what follows it."""

    def __init__(self, window: Window, maker: Maker) -> None:
        super().__init__(maker)
        self.window, self.num_bytes = window, 0

    def make(self, declared: StorageId) -> Storage:
        self.num_bytes += declared.num_bytes
        if self.num_bytes > self.window.left:
            raise ValueError(f"{self.num_bytes} bytes are declared, where {self.window.left} are left")
        return self.maker.storage(declared)

    def fill(self, keys: Any) -> None:
        """Read the storages that ``keys`` lists: all of them, in that order."""
        if type(keys) is not list or len(keys) != len(self.known) or set(keys) != self.known.keys():
            raise ValueError("its list of storages is not that of the storages it refers to")
        for key in keys:
            declared, storage = self.known[key]
            count = int.from_bytes(self.window.read(8), "little")
            if count != declared.numel:
                raise ValueError(
                    f"storage {key[:40]!r} has {count} values where {declared.numel} are declared"
                )
            self.maker.fill(storage, self.window.cut(declared.num_bytes))
