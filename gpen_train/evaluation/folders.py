"""Folders of images that belong together by name, checked by their headers before the work starts."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from gpen_train.image_files import IMAGE_SUFFIXES, images_below
from gpen_train.images import open_image, read_image
from gpen_train.words import plural

GREY_MODES = ("1", "L", "LA", "La", "I", "F")
FINGERPRINTED = 16 * 1024  # bytes of each file
Read = Callable[[Path], np.ndarray]  # a file -> uint8 [H, W, 3]
SUFFIX_OF_OTHERS = "_00"  # what GFPGAN adds to a name: the number of the face in the picture


class ImageFolder:
    """The images of a folder, in the order of ``labels`` where these are given, else sorted by name.

    ``folder[i]`` -> uint8 [H, W, 3]. A label stands for the file of the same relative path, whatever its
    suffix, or with GFPGAN's _00 after its name.

    Raises OSError or ValueError, in one line, where the folder is missing, holds no image, another number of
    images than there are labels or other names.
    """

    def __init__(
        self,
        root: str | Path,
        labels: Sequence[str] | None = None,
        others_too: bool = False,
        read: Read = read_image,
    ):
        self.root, self.read = Path(root), read
        found = _images_below(self.root)
        self.labels = sorted(found.values()) if labels is None else list(labels)
        if labels is None:
            self.files = self.labels
            return
        matched = [
            next((found[name] for name in _names(label) if name in found), None) for label in self.labels
        ]
        if len(found) != len(self.labels) and not others_too:
            raise ValueError(
                f"{self.root} holds {plural(len(found), 'image')} and the data {len(self.labels)}; expected "
                f"one of each: give the folder made from this data{_first_missing(self.labels, matched)}"
            )
        if None in matched:
            missing = self.labels[matched.index(None)]
            others = plural(matched.count(None), "name does", "names do")
            raise ValueError(
                f"{self.root} holds no image named {_names(missing)[0]} ({others} not match; there is "
                f"{min(found.values())}); expected the names of the data"
            )
        self.files = [file for file in matched if file is not None]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.read(self.root / self.files[index])

    def check(self, side: int | None = None, colour: bool = True) -> tuple[int, int]:
        """Look at all headers; returns height and width of all images.

        Raises ValueError for the first that has another size than ``side`` pixels a side, or than the first
        of all, and for one that is grey where ``colour`` is expected.
        """
        size = None if side is None else (side, side)
        for file in self.files:
            path = self.root / file
            found, mode = _header(path)
            size = size or found
            if found != size:
                raise ValueError(
                    f"{path} is {found[1]} x {found[0]} pixels; expected {size[1]} x {size[0]}: resize it, "
                    "or evaluate it with others of its size"
                )
            if colour:
                _check_colour(path, mode)
        assert size is not None  # there is an image
        return size

    def fingerprint(self) -> str:
        """Stands for the names of all files, their sizes and the first of their bytes."""
        found = hashlib.sha256()
        for label, name in zip(self.labels, self.files, strict=True):
            with (self.root / name).open("rb") as file:
                start = hashlib.sha256(file.read(FINGERPRINTED)).hexdigest()
                size = file.seek(0, os.SEEK_END)
            found.update(f"{label} {size} {start}\n".encode())
        return found.hexdigest()


class FolderPairs:
    """Degraded images in a folder beside clean ones in another, matched by name: ``Pairs``.

    Raises as ``ImageFolder`` does, for images of other sizes too, and for clean ones that are no square.
    """

    def __init__(
        self,
        clean: str | Path,
        degraded: str | Path | None,
        colour: bool = True,  # is expected of the degraded ones
        read: Read = read_image,  # of the degraded ones
    ) -> None:
        self.clean = ImageFolder(clean)
        self.degraded = None if degraded is None else ImageFolder(degraded, self.clean.labels, read=read)
        height, self.resolution = self.clean.check()
        if height != self.resolution:
            raise ValueError(
                f"{self.clean.root} holds images of {self.resolution} x {height} pixels; expected squares: "
                "crop and align the faces first"
            )
        if self.degraded is not None:
            self.degraded.check(colour=colour)
        self.name, self.has_degraded = self.clean.root.resolve().name, self.degraded is not None
        self.has_clean = True

    def __len__(self) -> int:
        return len(self.clean)

    def __getitem__(self, index: int) -> tuple[np.ndarray | None, np.ndarray]:
        return None if self.degraded is None else self.degraded[index], self.clean[index]

    def label(self, index: int) -> str:
        return self.clean.labels[index]

    def fingerprint(self) -> str:
        parts = [folder.fingerprint() for folder in (self.clean, self.degraded) if folder is not None]
        return hashlib.sha256("".join(parts).encode()).hexdigest()


class FolderWithoutClean:
    """Degraded images of which nobody has the clean ones, or the names alone of restored ones: ``Pairs``.

    ``resolution``: pixels a side of what is made of them. Raises as ``ImageFolder`` does, for images of other
    sizes than the first too.
    """

    has_clean = False

    def __init__(
        self, root: str | Path, resolution: int, has_degraded: bool = True, read: Read = read_image
    ) -> None:
        self.folder = ImageFolder(root, read=read)
        self.resolution, self.has_degraded = resolution, has_degraded
        self.folder.check(colour=False)  # old photographs are grey
        self.name = self.folder.root.resolve().name

    def __len__(self) -> int:
        return len(self.folder)

    def __getitem__(self, index: int) -> tuple[np.ndarray | None, None]:
        return self.folder[index] if self.has_degraded else None, None

    def label(self, index: int) -> str:
        return self.folder.labels[index]

    def fingerprint(self) -> str:
        return self.folder.fingerprint()


def check_colour(paths: Iterable[Path]) -> None:
    """Raises ValueError for the first file that is grey, by its header."""
    for path in paths:
        _check_colour(path, _header(path)[1])


def _check_colour(path: Path, mode: str) -> None:
    if mode in GREY_MODES or mode.startswith("I;"):
        raise ValueError(
            f"{path} is grey (mode {mode}); expected colour: save it as RGB, or leave it out. Degraded "
            "images may be grey with task=colorization"
        )


def _images_below(root: Path) -> dict[str, str]:
    """Relative paths, with forward slashes: without suffix -> with suffix."""
    if not root.is_dir():
        raise FileNotFoundError(f"the folder {root} does not exist; expected a folder of images")
    found: dict[str, str] = {}
    for label in images_below(root):
        other = found.setdefault(Path(label).with_suffix("").as_posix(), label)
        if other != label:
            raise ValueError(f"{root} holds {other} and {label}; expected one image of each name")
    if not found:
        raise ValueError(f"the folder {root} holds no image; expected {', '.join(IMAGE_SUFFIXES)} files")
    return found


def _names(label: str) -> tuple[str, str, str]:
    """What the file of a label may be called, without its suffix; gpen restore makes a.gif.png of a.gif."""
    path = Path(label)
    name = path.with_suffix("").as_posix() if path.suffix.lower() in IMAGE_SUFFIXES else label
    return name, name + SUFFIX_OF_OTHERS, label


def _first_missing(labels: Sequence[str], matched: Sequence[str | None]) -> str:
    return f" ({labels[matched.index(None)]} is missing)" if None in matched else ""


def _header(path: Path) -> tuple[tuple[int, int], str]:
    """Height and width, and Pillow's mode."""
    with path.open("rb") as file, open_image(file, path) as image:
        return (image.height, image.width), image.mode
