"""A source of clean images by a word on the command line."""

from pathlib import Path

from gpen_train.data.archive import ZipSource
from gpen_train.data.drawn import DrawnFaces
from gpen_train.data.folder import FolderSource
from gpen_train.data.shards.source import ShardSource
from gpen_train.data.source import Source

DRAWN = "drawn"
KINDS = "a folder of images, a .zip of them, tar shards (a folder, a pattern or a URL), or the word drawn"


def open_source(where: str, resolution: int, num: int, seed: int) -> Source:
    """The images at ``where``, one of KINDS; drawn faces are ``num`` of ``seed``."""
    if where == DRAWN:
        return DrawnFaces(resolution, num, seed)
    if where.lower().endswith(".zip"):
        return ZipSource(where, resolution)
    if "://" in where or ".tar" in where or any(Path(where).glob("*.tar")):
        return ShardSource(where, resolution)
    return FolderSource(where, resolution)
