"""The facts of an image: a hash that survives what does not change the picture, sharpness that sees blur."""

import hashlib

import cv2
import numpy as np
import pytest

from gpen_train.curation.check.facts import Examiner, looks, sharpness
from gpen_train.drawn import draw_face
from gpen_train.files import is_of
from gpen_train.images import write_image


def luma(number: int, resolution: int = 256) -> np.ndarray:
    return cv2.cvtColor(draw_face(0, number, resolution), cv2.COLOR_RGB2GRAY)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.fixture(scope="module")
def face():
    return luma(3)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: cv2.resize(image, (128, 128), interpolation=cv2.INTER_AREA),
        lambda image: cv2.imdecode(cv2.imencode(".jpg", image, [1, 50])[1], cv2.IMREAD_GRAYSCALE),
        lambda image: cv2.convertScaleAbs(image, alpha=0.7, beta=20),
        lambda image: cv2.GaussianBlur(image, (0, 0), 1.5),
    ],
    ids=["size", "jpeg", "light", "blur"],
)
def test_the_hash_survives_what_keeps_the_picture(face, change):
    assert distance(looks(face), looks(change(face))) <= 24


def test_the_hash_tells_faces_apart():
    hashes = [looks(luma(number, 128)) for number in range(12)]
    distances = [distance(one, other) for i, one in enumerate(hashes) for other in hashes[:i]]
    assert min(distances) > 40
    assert {len(text) for text in hashes} == {64}


def test_sharpness_falls_with_blur_and_not_with_contrast(face):
    blurred = [sharpness(cv2.GaussianBlur(face, (0, 0), sigma)) for sigma in (0.5, 1, 2)]
    assert blurred == sorted(blurred, reverse=True)
    assert sharpness(face) > 0.2
    assert blurred[1] < 0.1
    assert sharpness(cv2.GaussianBlur(face, (0, 0), 8)) < 0.1
    assert sharpness(cv2.convertScaleAbs(face, alpha=0.5)) == pytest.approx(sharpness(face), rel=0.1)


def test_the_record_of_a_file(tmp_path):
    path = tmp_path / "more" / "a.png"
    write_image(path, draw_face(0, 1, 64)[:48])
    record = Examiner(tmp_path, 64)("more/a.png")
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (record["width"], record["height"], record["mode"], record["format"]) == (64, 48, "RGB", "PNG")
    assert is_of(record, path)
    write_image(path, draw_face(0, 2, 64))
    assert not is_of(record, path)


def test_a_file_cut_off_is_unreadable(tmp_path):
    path = tmp_path / "a.png"
    write_image(path, draw_face(0, 1, 64))
    path.write_bytes(path.read_bytes()[:-500])
    record = Examiner(tmp_path, 64)("a.png")
    assert record["unreadable"]
    assert "hash" not in record
