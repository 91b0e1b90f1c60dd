"""What is known of many stored images without opening them, in a handful of arrays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpen_train.files import atomic_file
from gpen_train.sources.index.headers import Header
from gpen_train.sources.index.texts import Texts
from gpen_train.zips import check_stored


@dataclass(frozen=True)
class Index:
    """One row an image, sorted by label, so that an image has the same index in a folder, a zip and shards.

    Arrays alone, so that forked workers share them: about 100 bytes an image.
    """

    labels: Texts  # relative paths, with forward slashes
    faults: Texts  # why the image is of no use; empty for the others
    sizes: np.ndarray  # int64 [N], bytes of the file
    shapes: np.ndarray  # int32 [N, 2], height and width in pixels
    keys: np.ndarray  # uint8 [N, 32], see headers.content_key
    places: np.ndarray  # int64 [N, K], where the bytes are: K numbers that the kind of source knows to read

    @classmethod
    def of(cls, labels: Sequence[str], headers: Sequence[Header], places: Sequence[Sequence[int]]) -> "Index":
        """An index of images in any order."""
        rows = sorted(range(len(labels)), key=labels.__getitem__)
        ordered = [headers[row] for row in rows]
        return cls(
            labels=Texts.of(labels[row] for row in rows),
            faults=Texts.of(header.fault for header in ordered),
            sizes=np.array([header.size for header in ordered], np.int64),
            shapes=np.array([(header.height, header.width) for header in ordered], np.int32).reshape(-1, 2),
            keys=np.frombuffer(b"".join(header.key for header in ordered), np.uint8).reshape(-1, 32),
            places=np.array([places[row] for row in rows], np.int64).reshape(len(rows), -1),
        )

    def __len__(self) -> int:
        return len(self.labels)

    def header(self, row: int) -> Header:
        """What a row was made of."""
        height, width = self.shapes[row].tolist()
        return Header(int(self.sizes[row]), self.keys[row].tobytes(), height, width, self.faults[row])

    def take(self, rows: Sequence[int] | np.ndarray) -> "Index":
        """The index of some of the images."""
        arrays = (self.sizes[rows], self.shapes[rows], self.keys[rows], self.places[rows])
        return Index(self.labels.take(rows), self.faults.take(rows), *arrays)

    def fingerprint(self) -> str:
        """Stands for the labels and the contents, in their order."""
        parts = (self.labels.blob, self.labels.ends, self.keys)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()

    def save(self, path: Path, stamp: str) -> None:
        """Write the index and a text that tells when it is out of date."""
        with atomic_file(path) as file:
            np.savez(
                file,
                stamp=np.frombuffer(stamp.encode(), np.uint8),
                labels=self.labels.blob,
                label_ends=self.labels.ends,
                faults=self.faults.blob,
                fault_ends=self.faults.ends,
                sizes=self.sizes,
                shapes=self.shapes,
                keys=self.keys,
                places=self.places,
            )

    @classmethod
    def load(cls, path: Path) -> tuple["Index", str]:
        """What ``save`` wrote; raises OSError, ValueError or KeyError for anything else."""
        check_stored(path)
        with np.load(path, allow_pickle=False) as file:
            labels, faults = (Texts(file[f"{name}s"], file[f"{name}_ends"]) for name in ("label", "fault"))
            arrays = (file[name] for name in ("sizes", "shapes", "keys", "places"))
            index, stamp = cls(labels, faults, *arrays), file["stamp"].tobytes().decode()
        index.check()
        return index, stamp

    def check(self) -> None:
        """Raise ValueError unless all parts are of as many images, and of their types."""
        num = len(self.sizes)
        parts = (self.sizes, self.shapes, self.keys, self.places, self.labels.ends, self.faults.ends)
        kinds = (np.int64, np.int32, np.uint8, np.int64, np.int64, np.int64)
        if any(len(part) != num or part.dtype != kind for part, kind in zip(parts, kinds, strict=True)):
            raise ValueError("the parts of the index are not of the same images")
        if self.shapes.shape != (num, 2) or self.keys.shape != (num, 32) or self.places.ndim != 2:
            raise ValueError("the parts of the index have other shapes")
