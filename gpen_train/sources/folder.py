"""Photographs in a folder and its subfolders."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from gpen_train.image_files import IMAGE_SUFFIXES, images_below, is_image_name, tell_others
from gpen_train.image_limits import image_bytes
from gpen_train.near import meant
from gpen_train.places.file import Facts
from gpen_train.places.place import files_below, is_url, remote_file
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import Header, read_header, read_headers
from gpen_train.sources.index.index import Index
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Source, digest
from gpen_train.sources.split import SHARE, Common, Split, divide
from gpen_train.sources.stored import StoredImages


class FolderSource(StoredImages):
    """Every image file under ``root``, sorted by relative path, cropped to its central square.

    ``root`` may be a folder in a store, such as s3://bucket/faces; each image is one request then. The
    headers are read at once and kept for the next start; then only files of another size or time of change
    are looked at again. What is hidden, what systems leave behind and links to folders are not looked at.

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
        self.is_remote = is_url(root)
        root = str(root).rstrip("/") if self.is_remote else Path(root)
        super().__init__(str(root), index_folder(root), resolution, min_size, ledger)

    def content(self, index: int) -> bytes:
        path = self._path(self.label(index))
        if self.is_remote:
            return _read(path, int(self.index.sizes[index]))
        return image_bytes(path)


class Found(NamedTuple):
    """A file of a folder: what tells whether it is the one that was read before."""

    label: str
    size: int  # bytes
    changed: int  # nanoseconds; in a store, any number that stands for the file as it is


def index_folder(root: Path | str) -> Index:
    """The index of the image files under ``root``, a URL where it is text; ``places`` holds ``changed``."""
    found = _find_remote(root) if isinstance(root, str) else _find(root)
    file = IndexFile(root if isinstance(root, str) else str(root.resolve()))
    kept, _ = file.load() or (None, "")
    known = _known(kept) if kept else {}
    unknown = [image for image in found if image not in known]
    if kept and not unknown and len(kept) == len(found):
        return kept

    def read(image: Found) -> Header:
        return _header(f"{root}/{image.label}", image.size)

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


def _find(root: Path) -> list[Found]:
    if not root.exists():
        raise FileNotFoundError(
            f"the folder {root} does not exist"
            + (
                meant(root)
                or f"; expected a folder of images: check the path (the current folder is {Path.cwd()})"
            )
        )
    if root.is_file() and is_image_name(root.name):
        raise NotADirectoryError(
            f"{root} is a single image; expected a folder of images: give the one it lies in, {root.parent}"
        )
    if not root.is_dir():
        raise NotADirectoryError(
            f"{root} is a file; expected a folder of images: give the folder it lies in, or set data=zip"
        )
    return _at_least_one([_found(root, label) for label in images_below(root)], root)


def _find_remote(url: str) -> list[Found]:
    files = files_below(url)
    tell_others(files, url)
    found = [
        Found(label, facts.size, int(digest([facts.stamp])[1:], 16))  # below 2^63
        for label, facts in files.items()
        if is_image_name(label)
    ]
    return _at_least_one(sorted(found), url)


def _at_least_one(found: list[Found], root: str | Path) -> list[Found]:
    if not found:
        raise ValueError(
            f"the folder {root} holds no images; expected {', '.join(IMAGE_SUFFIXES)} files in it or in its "
            "subfolders: check the path"
        )
    return found


def _found(root: Path, label: str) -> Found:
    try:
        status = (root / label).stat()
    except OSError:  # a link to nowhere; reading it will say so
        return Found(label, 0, 0)
    return Found(label, status.st_size, status.st_mtime_ns)


def _header(path: str, size: int) -> Header:
    def read(num_bytes: int) -> bytes:
        if is_url(path):
            return _read(path, size, num_bytes)
        with Path(path).open("rb", buffering=0) as file:
            return file.read(num_bytes)

    return read_header(path, size, read)


def _read(url: str, size: int, num_bytes: int | None = None) -> bytes:
    """The file of ``size`` bytes at ``url``, or its first ``num_bytes``."""
    return remote_file(url, facts=Facts(size, "")).read(0, size if num_bytes is None else num_bytes)


def folder_data(
    common: Common,
    root: str,  # a folder of images, subfolders included
    held_out_root: str | None = None,  # a folder of its own for the held-out images; None splits root
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of root, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller files are left out; None: resolution / 2
) -> Split:
    """data=folder. Raises OSError or ValueError where the images cannot be used."""

    def read(place: str) -> Source:
        return FolderSource(place, common.resolution, min_size, common.ledger)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)
