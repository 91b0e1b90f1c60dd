"""The list of images that lies beside a shard: ``ffhq-000000.json`` for ``ffhq-000000.tar``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from gpen_train.fields import ANY, COUNT, CRC, SHA256, SIDES, TEXT, Field, check_fields, each, named
from gpen_train.files import parse_json
from gpen_train.places.file import AnyFile

FORMAT = 1  # of the file; raise it when its fields change
PER_IMAGE = {
    "labels": each(TEXT),
    "members": each(TEXT),
    "offsets": each(COUNT),
    "sizes": each(COUNT),
    "shapes": each(SIDES),
    "keys": each(SHA256),
    "checksums": each(CRC),
}
FIELDS = {
    **PER_IMAGE,
    "settings": named(ANY),
    "size": COUNT,
    "sha256": SHA256,
    "left_out": named(TEXT),
    "format": Field(str(FORMAT), lambda value: value == FORMAT),
}


@dataclass
class Sidecar:
    """A shard's size and checksum, and one entry an image in each list."""

    settings: dict[str, Any]  # what the shard was made with
    size: int = 0  # bytes of the tar
    sha256: str = ""  # of the tar
    labels: list[str] = field(default_factory=list)  # relative paths, as they were in the source
    members: list[str] = field(default_factory=list)  # names in the tar; another suffix where re-encoded
    offsets: list[int] = field(default_factory=list)  # bytes from the beginning of the tar
    sizes: list[int] = field(default_factory=list)  # bytes
    shapes: list[tuple[int, int]] = field(default_factory=list)  # height and width in pixels
    keys: list[str] = field(default_factory=list)  # content keys of the ORIGINAL files: the split stays
    checksums: list[int] = field(default_factory=list)  # CRC-32 of the stored bytes
    left_out: dict[str, str] = field(default_factory=dict)  # label -> why it could not be packed
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, content: bytes, name: str) -> "Sidecar":
        """Raises ValueError, in one line, for anything but what ``to_json`` gave."""
        try:
            found = parse_json(content)
            check_fields(found, FIELDS)
            if len({len(found[name]) for name in PER_IMAGE}) > 1:
                raise ValueError("its lists are of different lengths")
            return cls(**{**found, "shapes": list(map(tuple, found["shapes"]))})
        except ValueError as error:
            raise ValueError(
                f"{name} is no list of a shard's images ({error}); expected what gpen data shard writes: "
                "remove it, and the shard itself is read"
            ) from error


def sidecar_of(shard: AnyFile) -> AnyFile:
    """The file that holds the shard's Sidecar, there or not."""
    return shard.beside(PurePosixPath(shard.name).stem + ".json")
