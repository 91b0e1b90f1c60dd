"""Photographs in a folder and its subfolders."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from gpen_train.data.ledger import Ledger
from gpen_train.data.source import Subset, digest
from gpen_train.images import IMAGE_SUFFIXES, UnreadableImageError, read_image, read_size, resize_area
from gpen_train.progress import with_progress

SCAN_THREADS = 8
SMALLEST_SIDE = 16  # pixels; below that nothing of a face is left


class FolderSource:
    """Every image file under ``root``, sorted by relative path, cropped to its central square.

    The headers are read at once: empty files, files of another kind and images whose shorter side is below
    ``min_size`` pixels (half the resolution when not given) are left out and noted in ``ledger``. A file
    that is damaged further in is found when it is decoded: ``source[index]`` raises UnreadableImageError.
    Files whose names begin with a dot and links to folders are not looked at.

    Raises FileNotFoundError or NotADirectoryError for a missing folder, ValueError where it holds no images
    or where more than half of the files are bad.
    """

    def __init__(
        self,
        root: str | Path,
        resolution: int,  # pixels per side of the images given out
        min_size: int | None = None,  # pixels, of the shorter side of a file
        ledger: Ledger | None = None,
    ):
        self.root, self.resolution = Path(root), resolution
        self.name = self.root.resolve().name
        self.min_size = max(SMALLEST_SIDE, resolution // 2) if min_size is None else min_size
        self.ledger = Ledger() if ledger is None else ledger
        found = find_images(self.root)
        faults = dict(zip(found, self._faults(found), strict=True))
        self.ledger.num_files += len(found)
        self.ledger.note({str(self.root / label): fault for label, fault in faults.items() if fault})
        self.labels = [label for label, fault in faults.items() if fault is None]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> np.ndarray:
        image = read_image(self.root / self.labels[index], min_side=self.resolution)
        return resize_area(image, self.resolution)

    def label(self, index: int) -> str:
        return self.labels[index]

    def fingerprint(self) -> str:
        """Stands for the names and sizes in bytes of all files, and for the resolution."""
        sizes = (f"{label} {(self.root / label).stat().st_size}" for label in self.labels)
        return digest([f"{self.resolution} px", *sizes])

    def split(self, num_held_out: int) -> tuple[Subset, Subset]:
        """Training and held-out images: min(num_held_out, a tenth, at least one) of them are held out.

        The choice follows from a hash of each relative path, so it outlives moves of the folder and changes
        little when files are added. Held-out images are decoded here: each is known to be whole.
        Raises ValueError for a folder too small to split.
        """
        wanted = min(num_held_out, max(1, len(self) // 10))
        if wanted >= len(self):
            raise ValueError(
                f"{self.root} holds {len(self)} usable image; expected 2 or more, as one is held out for "
                "evaluation: add images, or set num_held_out to 0"
            )
        by_hash = sorted(range(len(self)), key=lambda index: _hash(self.labels[index]))
        held_out = self.first_readable(wanted, by_hash)
        used_up = set(held_out.indices).union(i for i in by_hash if self._path(i) in self.ledger.bad)
        return Subset(self, [index for index in range(len(self)) if index not in used_up]), held_out

    def first_readable(self, wanted: int, indices: Iterable[int] | None = None) -> Subset:
        """The first ``wanted`` images, of ``indices`` if given, whose files decode to the end; sorted."""
        readable: list[int] = []
        for index in range(len(self)) if indices is None else indices:
            if len(readable) == wanted:
                break
            try:
                self[index]
                readable.append(index)
            except UnreadableImageError as error:
                self.ledger.note({error.path: error.reason})
        return Subset(self, sorted(readable))

    def _path(self, index: int) -> str:
        return str(self.root / self.labels[index])

    def _faults(self, labels: list[str]) -> list[str | None]:
        with ThreadPoolExecutor(SCAN_THREADS) as threads:
            faults = threads.map(self._fault, labels)
            return list(with_progress(faults, f"headers of {self.root}", len(labels)))

    def _fault(self, label: str) -> str | None:
        """Why the file cannot be used, as far as its header tells."""
        try:
            height, width = read_size(self.root / label)
        except UnreadableImageError as error:
            return error.reason
        except OSError as error:
            return error.strerror or str(error)
        if min(height, width) < self.min_size:
            return f"{width} x {height} px, expected at least {self.min_size} on the shorter side"
        return None


def find_images(root: Path) -> list[str]:
    """Relative paths, with forward slashes and sorted, of the image files under ``root``; one at least."""
    if not root.exists():
        raise FileNotFoundError(
            f"the folder {root} does not exist; expected a folder of images: check data.root "
            f"(the current folder is {Path.cwd()})"
        )
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file; expected a folder of images: give the folder it lies in")
    found = sorted(_walk(root))
    if not found:
        raise ValueError(
            f"the folder {root} holds no images; expected {', '.join(IMAGE_SUFFIXES)} files in it or in its "
            "subfolders: check data.root"
        )
    return found


def _walk(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            if not name.startswith(".") and name.lower().endswith(IMAGE_SUFFIXES):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
