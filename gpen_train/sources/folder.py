"""Photographs in a folder and its subfolders."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gpen_train.images import IMAGE_SUFFIXES
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import Header, read_header, read_headers
from gpen_train.sources.index.index import Index
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.stored import StoredImages


class FolderSource(StoredImages):
    """Every image file under ``root``, sorted by relative path, cropped to its central square.

    The headers are read at once and kept for the next start; then only files of another size or time of
    change are looked at again. Files whose names begin with a dot and links to folders are not looked at.

    Raises FileNotFoundError or NotADirectoryError for a missing folder, ValueError where it holds no images
    or where more than half of the files are bad.
    """

    def __init__(
        self,
        root: str | Path,
        resolution: int,  # pixels per side of the images given out
        min_size: int | None = None,  # pixels, of the shorter side of a file; None: half the resolution
        ledger: Ledger | None = None,
    ):
        self.name = Path(root).resolve().name
        super().__init__(str(root), index_folder(Path(root)), resolution, min_size, ledger)

    def content(self, index: int) -> bytes:
        return Path(self._path(self.label(index))).read_bytes()


class Found(NamedTuple):
    """A file of a folder: what tells whether it is the one that was read before."""

    label: str
    size: int  # bytes
    changed: int  # nanoseconds


def index_folder(root: Path) -> Index:
    """The index of the image files under ``root``; ``places`` holds their times of change."""
    found = _find(root)
    file = IndexFile(str(root.resolve()))
    kept, _ = file.load() or (None, "")
    known = _known(kept) if kept else {}
    unknown = [image for image in found if image not in known]
    if kept and not unknown and len(kept) == len(found):
        return kept

    def read(image: Found) -> Header:
        return _header(root / image.label, image.size)

    headers = dict(zip(unknown, read_headers(read, unknown, f"headers of {root}"), strict=True))
    if kept:
        headers |= {image: kept.header(known[image]) for image in found if image in known}
    index = Index.of(
        [image.label for image in found],
        [headers[image] for image in found],
        [[image.changed] for image in found],
    )
    file.save(index)
    return index


def _known(kept: Index) -> dict[Found, int]:
    """The row of each file; those that could not be opened are to be tried again."""
    labels, sizes, changes = kept.labels, kept.sizes.tolist(), kept.places[:, 0].tolist()
    rows = np.flatnonzero(kept.keys.any(axis=1)).tolist()
    return {Found(labels[row], sizes[row], changes[row]): row for row in rows}


def find_images(root: Path) -> list[str]:
    """Relative paths, with forward slashes and sorted, of the image files under ``root``; one at least."""
    return [file.label for file in _find(root)]


def is_image_name(label: str) -> bool:
    """Whether a relative path is that of an image; names with a dot before are what systems leave behind."""
    name = label.rpartition("/")[2]
    return not name.startswith(".") and name.lower().endswith(IMAGE_SUFFIXES)


def _find(root: Path) -> list[Found]:
    if not root.exists():
        raise FileNotFoundError(
            f"the folder {root} does not exist; expected a folder of images: check data.root "
            f"(the current folder is {Path.cwd()})"
        )
    if not root.is_dir():
        raise NotADirectoryError(
            f"{root} is a file; expected a folder of images: give the folder it lies in, or set data=zip"
        )
    found = sorted(_walk(str(root), ""))
    if not found:
        raise ValueError(
            f"the folder {root} holds no images; expected {', '.join(IMAGE_SUFFIXES)} files in it or in its "
            "subfolders: check data.root"
        )
    return found


def _walk(folder: str, prefix: str) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif is_image_name(entry.name) and not entry.is_dir():
                yield _found(entry, prefix)


def _found(entry: os.DirEntry, prefix: str) -> Found:
    try:
        status = entry.stat()
    except OSError:  # a link to nowhere; reading it will say so
        return Found(prefix + entry.name, 0, 0)
    return Found(prefix + entry.name, status.st_size, status.st_mtime_ns)


def _header(path: Path, size: int) -> Header:
    def read(num_bytes: int) -> bytes:
        with path.open("rb", buffering=0) as file:
            return file.read(num_bytes)

    return read_header(str(path), size, read)
