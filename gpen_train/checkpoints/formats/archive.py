"""A zip of stored files, each compared with its checksum when it is read."""

import zipfile
import zlib
from typing import NamedTuple

from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.window import File, Window

HEADER = 30  # bytes before a file's name
HEADER_START = b"PK\x03\x04"


class Place(NamedTuple):
    """Where a file within the zip lies, and its CRC-32."""

    start: int
    size: int
    checksum: int


class Archive:
    """The files in a zip, by name. Raises nearly any error where the zip's index is damaged."""

    def __init__(self, file: File) -> None:
        self.file, self.places = file, {}
        if not zipfile.is_zipfile(file):
            raise ValueError("the index at the end of the zip is missing")
        with zipfile.ZipFile(file) as index:
            listed = [info for info in index.infolist() if not info.is_dir()]
        for info in listed:
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
                raise OtherKind(f"its {info.filename!r} is compressed; expected a zip of torch.save")
            self.places[info.filename] = self._place(info)
        # Files that share bytes could declare far more to read than there is.
        if len(self.places) < len(listed) or sum(place.size for place in self.places.values()) > self._size:
            raise ValueError("two of its files have one name, or share bytes")

    @property
    def _size(self) -> int:
        return self.file.seek(0, 2)

    def _place(self, info: zipfile.ZipInfo) -> Place:
        header = Window(self.file, info.header_offset, self._size)
        fixed = header.read(HEADER)
        if not fixed.startswith(HEADER_START):
            raise ValueError(f"{info.filename!r} does not start where the zip's index says")
        header.cut(int.from_bytes(fixed[26:28], "little") + int.from_bytes(fixed[28:30], "little"))
        start = header.position
        header.cut(info.file_size)  # which must be there
        return Place(start, info.file_size, info.CRC)

    def window(self, name: str) -> Window:
        """A file's bytes, not yet compared. Raises ValueError where it is missing."""
        if name not in self.places:
            raise ValueError(f"{name!r} is missing in the zip")
        place = self.places[name]
        return Window(self.file, place.start, place.start + place.size)

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        window = self.window(name)
        content = window.read(window.left)
        self.compare(name, zlib.crc32(content))
        return content

    def check(self, name: str) -> None:
        """Compare a file that is of no use otherwise."""
        checksum = 0
        for piece in self.window(name).pieces():
            checksum = zlib.crc32(piece, checksum)
        self.compare(name, checksum)

    def compare(self, name: str, checksum: int) -> None:
        """Raises ValueError unless ``checksum`` is the file's."""
        if checksum != self.places[name].checksum:
            raise ValueError(f"{name} does not match its checksum")
