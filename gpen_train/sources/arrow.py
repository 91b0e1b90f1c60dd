"""Columns of images in Arrow files, of which single rows are read where they lie.

``datasets`` would read them too, but takes 0.07 ms a row of 100 KB where this takes 0.014, reads whole images
where an index needs their first 16 KB, and costs 3.6 s and 99 MB to import.
"""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from gpen_train.quote import reason_of

EXPECTED = "expected an Arrow or a parquet file, whole: fetch it anew"
USUAL_NAMES = ("image", "img", "jpg", "png", "webp")


class ImageColumn:
    """The column of images in one Arrow file, mapped into memory: rows are read as they are asked for.

    An image is a struct of bytes and path, as Hugging Face's ``datasets`` stores it, or plain bytes. Where
    there are no bytes, the path says which file has them. Raises ValueError for another kind of file.
    """

    def __init__(self, path: Path, column: str | None = None):
        self.path = path
        table = _open(path)
        self.chunks = table.column(find_column(table.schema, column, path)).chunks

    def rows(self) -> Iterator[tuple[int, int]]:
        """Chunk and row of each image, in order."""
        return ((number, row) for number, chunk in enumerate(self.chunks) for row in range(len(chunk)))

    def size(self, chunk: int, row: int) -> int:
        """Of the stored image, in bytes."""
        value = self._field(chunk, "bytes")[row]
        return value.as_buffer().size if value.is_valid else self._file(chunk, row).stat().st_size

    def content(self, chunk: int, row: int, num_bytes: int | None = None) -> bytes:
        """The stored image, or its first ``num_bytes``."""
        value = self._field(chunk, "bytes")[row]
        if not value.is_valid:
            with self._file(chunk, row).open("rb") as file:
                return file.read(num_bytes)
        return value.as_buffer()[:num_bytes].to_pybytes()

    def peek(self, chunk: int, row: int) -> None:
        """Look at where the stored image lies, without a file of its own."""
        value = self._field(chunk, "bytes")[row]
        if value.is_valid:
            value.as_buffer()[:1].to_pybytes()

    def name(self, chunk: int, row: int) -> str | None:
        """The file that the image once was, where that is known."""
        names = self._field(chunk, "path")
        return None if names is None else names[row].as_py()

    def _file(self, chunk: int, row: int) -> Path:
        """Where the image is when the dataset does not hold it."""
        name = self.name(chunk, row)
        if name is None:
            raise FileNotFoundError("the dataset holds neither its bytes nor its name")
        return Path(name)

    def _field(self, chunk: int, name: str) -> Any:
        array = self.chunks[chunk]
        if not hasattr(array, "field"):
            return array if name == "bytes" else None
        return array.field(name) if array.type.get_field_index(name) >= 0 else None


def find_column(schema: Any, wanted: str | None, path: Path) -> str:
    """The column that holds images: ``wanted``, or the one that looks like it."""
    if wanted is not None:
        if wanted not in schema.names or not _holds_images(schema.field(wanted).type):
            raise ValueError(
                f"{path} has no images in {wanted!r}; set data.column to one of {', '.join(schema.names)}"
            )
        return wanted
    found = [field.name for field in schema if _holds_images(field.type)]
    usual = [name for name in USUAL_NAMES if name in found]
    if not usual and len(found) != 1:
        raise ValueError(
            f"{path} has {len(found)} columns that may hold images; expected one: set data.column to one of "
            f"{', '.join(schema.names)}"
        )
    return usual[0] if usual else found[0]


def import_arrow(part: str | None = None) -> ModuleType:
    """pyarrow, or a part of it; ValueError, in one line, where it is not installed."""
    try:
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError as error:
        raise ValueError(
            'Hugging Face datasets need pyarrow, which is not installed: pip install "gpen-train[hf]"'
        ) from error
    return getattr(pyarrow, part) if part else pyarrow


def _open(path: Path) -> Any:
    """The table in an Arrow file of either layout; nothing but its frame is read."""
    pyarrow = import_arrow()
    source = pyarrow.memory_map(str(path))
    try:
        return pyarrow.ipc.open_stream(source).read_all()
    except pyarrow.ArrowInvalid:
        source.seek(0)
    try:
        return pyarrow.ipc.open_file(source).read_all()
    except pyarrow.ArrowInvalid as error:
        raise _no_arrow(path, error) from error


def _holds_images(kind: Any) -> bool:
    types = import_arrow().types
    if types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        kind = kind.field("bytes").type
    return types.is_binary(kind) or types.is_large_binary(kind)


def _no_arrow(path: Path, error: Exception) -> ValueError:
    return ValueError(f"{path} cannot be read ({reason_of(error)}); {EXPECTED}")
