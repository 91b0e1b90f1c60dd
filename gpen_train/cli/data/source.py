"""A source of clean images by a word on the command line."""

import fnmatch
from pathlib import Path

from gpen_train.cli.parsers.data.sources import DRAWN
from gpen_train.drawn import DrawnFaces
from gpen_train.places.place import files_below, is_url, is_web
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import SUFFIXES, HuggingFaceImages
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.source import Source
from gpen_train.sources.zip import ZipSource

DATASET_FILES = ("state.json", "dataset_dict.json", "*.parquet")  # in the folder of a Hugging Face dataset


def open_source(where: str, resolution: int, num: int, seed: int) -> Source:
    """The images at ``where``, one of KINDS of the parsers; drawn faces are ``num`` of ``seed``."""
    path = Path(where)
    if where == DRAWN:
        return DrawnFaces(resolution, num, seed)
    if path.suffix.lower() == ".zip":
        return ZipSource(where, resolution)
    if path.suffix.lower() in SUFFIXES:
        return HuggingFaceImages(where, resolution)
    if ".tar" in path.name or is_web(where):
        return ShardSource(where, resolution)
    names = list(files_below(where)) if is_url(where) else [file.name for file in path.glob("*")]
    if fnmatch.filter(names, "*.tar"):
        return ShardSource(f"{where.rstrip('/')}/" if is_url(where) else where, resolution)
    if any(fnmatch.filter(names, name) for name in DATASET_FILES):
        return HuggingFaceImages(where, resolution)
    return FolderSource(where, resolution)
