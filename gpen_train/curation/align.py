"""One photograph in, its aligned faces as files out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpen_train.curation.journal import Kind, Record
from gpen_train.curation.naming import numbered, stem_of
from gpen_train.faces.crop import check_place, cut_out, leaves
from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.landmarks import landmarks_of
from gpen_train.faces.square import Square, ffhq_square
from gpen_train.fields import COUNT, FLAG, LABEL, NUMBER, PLAIN, SHA256, SIDES, each, with_fields
from gpen_train.files import STAMP, is_of, stamp
from gpen_train.images import UnreadableImageError, read_image, write_image

FACE = {"file": LABEL, "landmarks": PLAIN, "side": NUMBER, "transform": PLAIN, "padded": FLAG}
KIND = Kind(  # of records
    {
        **{**STAMP, "sha256": SHA256, "size": SIDES, "faces": each(with_fields(FACE))},
        **{"too_small": COUNT, "left_out": COUNT},
    }
)


@dataclass(frozen=True)
class Aligner:
    """``record = aligner(label)`` writes the faces of the photo ``root / label`` into ``output``.

    A photo ``more/a.jpg`` becomes ``more/a.png``; with ``faces="all"`` its faces become ``more/a_0.png`` and
    on, the largest first; of more than ten, ``more/a_00.png``, so that they sort. The record says what was
    made of what, see ``gpen data prepare --help``.
    """

    root: Path
    output: Path
    resolution: int  # pixels a side
    min_side: float  # pixels of the photo; smaller squares are left out
    faces: str = "largest"  # or "all"
    detector: str | None = None  # None: landmarks are given
    landmarks: Mapping[str, list[np.ndarray]] | None = None

    def __call__(self, label: str) -> Record:
        path = self.root / label
        try:
            photo = read_image(path)
        except UnreadableImageError as error:
            return {"label": label, "problem": f"{path}: {error.reason}"}
        found = self._find(label, photo)
        if not found and self.landmarks is not None:
            return {"label": label, "problem": f"{path}: the landmarks name no face of it"}
        try:
            squares = [(ffhq_square(points), points) for points in found]
            for square, _ in squares:
                check_place(square, *photo.shape[:2])
        except ValueError as error:
            return {"label": label, "problem": f"{path}: {error}"}
        squares.sort(key=lambda face: -face[0].side)
        large = [face for face in squares if face[0].side >= self.min_side]
        kept = large[:1] if self.faces == "largest" else large
        return {
            "label": label,
            **stamp(path),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "size": [photo.shape[1], photo.shape[0]],
            "faces": [
                self._write(file, photo, *face)
                for file, face in zip(self._files(label, len(kept)), kept, strict=True)
            ],
            "too_small": len(squares) - len(large),
            "left_out": len(large) - len(kept),
        }

    def _find(self, label: str, photo: np.ndarray) -> list[np.ndarray]:
        if self.landmarks is None:
            return [face.landmarks for face in detect(str(self.detector), photo)]
        return landmarks_of(label, self.landmarks)

    def _files(self, label: str, num: int) -> list[str]:
        """Names of the faces of a photo, relative to the output."""
        if self.faces == "largest":
            return [f"{stem_of(label)}.png"] * num
        return [f"{stem_of(label)}_{number}.png" for number in numbered(num)]

    def _write(self, file: str, photo: np.ndarray, square: Square, points: np.ndarray) -> Record:
        write_image(self.output / file, cut_out(photo, square, self.resolution))
        return {
            "file": file,
            "landmarks": np.round(points, 3).tolist(),
            "side": round(square.side, 3),
            "transform": np.round(square.transform(self.resolution), 9).tolist(),
            "padded": leaves(square, photo.shape[1], photo.shape[0]),
        }


def is_done(record: Record, photo: Path, output: Path) -> bool:
    """Whether an earlier run's record is that of the photo as it is now, and all of its faces are there."""
    if "problem" in record or not is_of(record, photo):
        return False
    return all((output / face["file"]).exists() for face in record["faces"])
