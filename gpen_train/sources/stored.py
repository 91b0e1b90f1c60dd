"""Images that are stored as files of some kind: what a folder, a zip and shards have in common."""

import logging
from abc import ABC, abstractmethod

import numpy as np

from gpen_train.images import UnreadableImageError, decode_image, resize_area
from gpen_train.sources.index.index import Index
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import digest
from gpen_train.words import count, plural

SQUARE = 1.05  # longer side by shorter one, at most, of what may be an aligned face
SMALLEST_SIDE = 16  # pixels; below that nothing of a face is left

log = logging.getLogger(__name__)


class StoredImages(ABC):
    """The images of an index that can be used, cropped to their central squares.

    A subclass says where the bytes come from: ``content``. Images with a fault and those whose shorter side
    is below ``min_size`` pixels (half the resolution when not given) are left out and noted in ``ledger``. A
    file that is damaged further in is found when it is decoded: ``source[index]`` raises
    UnreadableImageError.

    Raises ValueError where more than half of the files are bad.
    """

    def __init__(
        self,
        root: str,  # stands before a label in messages
        index: Index,
        resolution: int,  # pixels per side of the images given out
        min_size: int | None = None,  # pixels, of the shorter side of a file
        ledger: Ledger | None = None,
    ):
        self.root, self.resolution = root, resolution
        self.min_size = max(SMALLEST_SIDE, resolution // 2) if min_size is None else min_size
        self.expected = f"expected at least {self.min_size} on the shorter side"
        if min_size is None:
            self.expected += f", as they are to have {resolution}"
        self.ledger = Ledger() if ledger is None else ledger
        faults = self._faults(index)
        self.left_out = [index.labels[row] for row in faults]
        self.ledger.num_files += len(index)
        tell_whole_photographs(index.shapes, root)
        self.ledger.note({self._path(index.labels[row]): fault for row, fault in faults.items()})
        self.index = index.take(np.delete(np.arange(len(index)), list(faults))) if faults else index

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, index: int) -> np.ndarray:
        path = self._path(self.label(index))
        try:
            content = self.content(index)
        except OSError as error:  # it was there when the headers were read
            raise UnreadableImageError(path, error.strerror or str(error)) from error
        return self.decode(content, path)

    def decode(self, content: bytes, path: str) -> np.ndarray:
        """The image in the bytes of the file at ``path``, as it is given out."""
        return resize_area(decode_image(content, path, min_side=self.resolution), self.resolution)

    @abstractmethod
    def content(self, index: int) -> bytes:
        """The bytes of one file, as it was before it was packed into an archive."""

    def label(self, index: int) -> str:
        return self.index.labels[index]

    def content_key(self, index: int) -> str:
        return self.index.keys[index].tobytes().hex()

    def fingerprint(self) -> str:
        """Stands for the names and contents of all files, and for the resolution."""
        return digest([f"{self.resolution} px", self.index.fingerprint()])

    def _path(self, label: str) -> str:
        return f"{self.root}/{label}"

    def _faults(self, index: Index) -> dict[int, str]:
        """Row -> why it cannot be used, as far as the header tells."""
        faults = {}
        is_small = index.shapes.min(axis=1) < max(1, self.min_size)  # those with a fault have no size
        for row in np.flatnonzero(is_small).tolist():
            height, width = index.shapes[row].tolist()
            faults[row] = index.faults[row] or f"{width} x {height} px, {self.expected}"
        return faults


def tell_whole_photographs(shapes: np.ndarray, root: str) -> None:
    """Say so in one line where most images, int [N, 2] their heights and widths, cannot be aligned faces."""
    num = int((shapes.max(axis=1) > SQUARE * shapes.min(axis=1)).sum()) if len(shapes) else 0
    if num > len(shapes) / 2:
        log.warning(
            "%s of %s in %s are not square, as aligned faces are: their middle is taken; gpen data prepare "
            "cuts the faces out of photographs",
            count(num),
            plural(len(shapes), "image"),
            root,
        )
