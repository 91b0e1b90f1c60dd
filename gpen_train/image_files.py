"""Which files are images, by their names: the one rule for folders, zips, tars and stores."""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from gpen_train.words import plural

FORMATS = {  # suffix -> Pillow's name of what is read and written
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
READ_ALONE = {  # and of what is read and not written
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".gif": "GIF",
    ".avif": "AVIF",
    ".jp2": "JPEG2000",
    ".j2k": "JPEG2000",
    ".jpx": "JPEG2000",
}
OF_PHONES = {".heic": "HEIF", ".heif": "HEIF", ".hif": "HEIF"}
HINT = '; .heic, .heif and .hif are read with pip install "gpen-train[heif]"'
if find_spec("pillow_heif"):  # images.py brings it to Pillow
    READ_ALONE |= OF_PHONES

IMAGE_SUFFIXES = (*FORMATS, *READ_ALONE)
# The usual ones first: Pillow imports all of its plugins to look for one that it does not know yet.
READ_FORMATS = (*sorted(set(FORMATS.values())), *sorted(set(READ_ALONE.values()) - set(FORMATS.values())))

LEFT_BY_SYSTEMS = ("@eadir", "__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db")
BESIDE_IMAGES = ".json"  # manifests and landmarks: other commands read and write them
SHOWN = 6  # kinds in a message
log = logging.getLogger(__name__)


def is_rubbish(label: str) -> bool:
    """Whether a relative path is hidden or what systems leave behind, or lies in such a folder."""
    return any(_is_rubbish(part) for part in label.split("/"))


def is_image_name(label: str) -> bool:
    """Whether a relative path, with forward slashes, is that of an image."""
    return label.lower().endswith(IMAGE_SUFFIXES) and not is_rubbish(label)


def tell_others(labels: Iterable[str], place: str | Path) -> None:
    """Say in one line how many of the files ``labels`` in ``place`` are neither images nor rubbish."""
    kinds = Counter(
        Path(label).suffix.lower()
        for label in labels
        if not label.lower().endswith((*IMAGE_SUFFIXES, BESIDE_IMAGES)) and not is_rubbish(label)
    )
    if not kinds:
        return
    named = [suffix or "without a suffix" for suffix in sorted(kinds)]
    shown = ", ".join(named[:SHOWN]) + ", .." * (len(named) > SHOWN)
    num, hint = kinds.total(), HINT * bool(kinds.keys() & OF_PHONES.keys())
    files = plural(num, "file of another kind is", "files of other kinds are")
    log.warning("%s passed over in %s: %s%s", files, place, shown, hint)


def images_below(root: str | Path) -> list[str]:
    """Relative paths, with forward slashes and sorted, of the images in a folder and its subfolders.

    Links to folders are not followed. What else is there is counted in one line.
    """
    labels = list(_walk(str(root), ""))
    tell_others(labels, root)
    return sorted(filter(is_image_name, labels))


def _walk(folder: str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_rubbish(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif not entry.is_dir():
                yield prefix + entry.name


def _is_rubbish(part: str) -> bool:
    """Of one part of a path; tars begin theirs with "./"."""
    return (part.startswith(".") and part not in (".", "..")) or part.lower() in LEFT_BY_SYSTEMS
