"""The zip files of torch.save: one pickle, and a file for each storage.

Source: the names that torch/serialization.py gives to the files.
"""

import io
import zlib
from typing import Any

from gpen_train.checkpoints.formats.archive import Archive
from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.maker import Maker, Storage, StorageId
from gpen_train.checkpoints.formats.stubs import names_of
from gpen_train.checkpoints.formats.tensors import Storages
from gpen_train.checkpoints.formats.unpickler import Budget, Unpickler
from gpen_train.checkpoints.formats.window import Window

PICKLE = "data.pkl"


def read_zip(window: Window, maker: Maker) -> Any:
    """The content of a zip of torch.save, every file in it compared with its checksum.

    Where no values are read, the pickle alone is. Raises nearly any error for a damaged file.
    """
    archive = Archive(window.file)
    pickles = [name for name in archive.places if name.endswith(".pkl")]
    if [name.rpartition("/")[2] for name in pickles] != [PICKLE]:
        raise OtherKind(f"the zip holds {pickles[:4] or list(archive.places)[:4]}; expected one {PICKLE}")
    folder = pickles[0].removesuffix(PICKLE)
    order = f"{folder}byteorder"
    if order in archive.places and archive.read(order) != b"little":
        raise OtherKind("its bytes are not in little-endian order, the only one supported")
    storages = ZipStorages(archive, f"{folder}data/", maker)
    pickle = archive.read(pickles[0])
    window = Window(io.BytesIO(pickle), 0, len(pickle))
    content = Unpickler(window, Budget(), names_of(maker), storages.load).load()
    if maker.reads_values:
        for name in archive.places.keys() - {f"{storages.folder}{key}" for key in storages.known}:
            archive.check(name)
    return content


class ZipStorages(Storages):
    """The storages of a zip, each read and compared with its checksum."""

    def __init__(self, archive: Archive, folder: str, maker: Maker) -> None:
        super().__init__(maker)
        self.archive, self.folder = archive, folder

    def make(self, declared: StorageId) -> Storage:
        name = f"{self.folder}{declared.key}"
        window = self.archive.window(name)
        if window.left != declared.num_bytes:
            raise ValueError(f"{name} has {window.left} bytes where {declared.num_bytes} are declared")
        storage = self.maker.storage(declared)
        if self.maker.reads_values:
            self.archive.compare(name, zlib.crc32(self.maker.fill(storage, window)))
        return storage
