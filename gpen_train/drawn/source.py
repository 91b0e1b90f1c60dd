"""Drawn faces as a source of clean images, and their label maps as another."""

import hashlib

import numpy as np

from gpen_train.conventions.labels import to_colours
from gpen_train.drawn.labels import draw_labels
from gpen_train.drawn.render import check_resolution, draw_face

EDITION = 1  # of the drawing: raise it when the same (seed, index) begins to give other pixels
LABELS_EDITION = 1  # and of the label maps


class DrawnFaces:
    """``num_images`` portraits, drawn on demand; image ``index`` is face ``first + index`` of the seed.

    source[index] -> uint8 RGB [resolution, resolution, 3], the same at every call and in every process.
    Raises ValueError for a resolution that cannot be drawn or a negative number; IndexError past the end.
    """

    def __init__(self, resolution: int, num_images: int, seed: int = 0, first: int = 0):
        check_resolution(resolution)
        for name, value, least in (("num_images", num_images, 1), ("seed", seed, 0), ("first", first, 0)):
            if value < least:
                raise ValueError(f"{name} is {value}; expected {least} or more")
        self.name = "drawn"
        self.resolution, self.num_images, self.seed, self.first = resolution, num_images, seed, first

    def __len__(self) -> int:
        return self.num_images

    def __getitem__(self, index: int) -> np.ndarray:
        return draw_face(self.seed, self._number(index), self.resolution)

    def _number(self, index: int) -> int:
        if not 0 <= index < self.num_images:
            raise IndexError(f"index is {index}; expected 0 to {self.num_images - 1}")
        return self.first + index

    def label(self, index: int) -> str:
        """The face's number within its seed, six digits."""
        return f"{self.first + index:06d}"

    def content_key(self, index: int) -> str:
        """Stands for the person, at any resolution."""
        return hashlib.sha256(f"drawn {self.seed} {self.first + index}".encode()).hexdigest()

    def fingerprint(self) -> str:
        """Everything that the pixels depend on."""
        last = self.first + self.num_images - 1
        return f"drawn-{EDITION}:seed={self.seed}:faces={self.first}-{last}:resolution={self.resolution}"


class DrawnLabels(DrawnFaces):
    """The label maps of the same faces, in the colours of their classes; all else is as of the faces."""

    def __getitem__(self, index: int) -> np.ndarray:
        return to_colours(draw_labels(self.seed, self._number(index), self.resolution))

    def fingerprint(self) -> str:
        """Everything that the pixels depend on."""
        return f"labels-{LABELS_EDITION}:{super().fingerprint()}"
