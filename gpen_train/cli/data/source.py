"""A source of clean images by a word on the command line."""

from pathlib import Path

from gpen_train.drawn import DrawnFaces
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import HuggingFaceImages
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.source import Source
from gpen_train.sources.zip import ZipSource

DRAWN = "drawn"
DATASET_FILES = ("state.json", "dataset_dict.json", "*.parquet")  # in the folder of a Hugging Face dataset
KINDS = (
    "a folder of images, a .zip of them, tar shards (a folder, a pattern or a URL), a Hugging Face dataset "
    "(a folder or a .parquet file), or the word drawn"
)


def open_source(where: str, resolution: int, num: int, seed: int) -> Source:
    """The images at ``where``, one of KINDS; drawn faces are ``num`` of ``seed``."""
    path = Path(where)
    if where == DRAWN:
        return DrawnFaces(resolution, num, seed)
    if path.suffix.lower() == ".zip":
        return ZipSource(where, resolution)
    if "://" in where or ".tar" in path.name or any(path.glob("*.tar")):
        return ShardSource(where, resolution)
    if path.suffix.lower() in (".parquet", ".arrow") or any(any(path.glob(name)) for name in DATASET_FILES):
        return HuggingFaceImages(where, resolution)
    return FolderSource(where, resolution)
