"""DrawnFaces keeps the promises of a source."""

import pickle

import numpy as np
import pytest

from gpen_train.drawn import DrawnFaces, draw_face


def test_index_draws_face_first_plus_index():
    faces = DrawnFaces(64, 3, seed=2, first=10)
    assert len(faces) == 3
    np.testing.assert_array_equal(faces[1], draw_face(2, 11, 64))
    assert faces.label(1) == "000011"


def test_ends_with_its_last_face():
    faces = DrawnFaces(64, 2)
    for index in (2, -1):
        with pytest.raises(IndexError, match="expected 0 to 1"):
            faces[index]


def test_fingerprint_tells_sources_apart():
    sources = [
        DrawnFaces(64, 2),
        DrawnFaces(64, 3),
        DrawnFaces(128, 2),
        DrawnFaces(64, 2, seed=1),
        DrawnFaces(64, 2, first=1),
    ]
    assert len({source.fingerprint() for source in sources}) == len(sources)
    assert DrawnFaces(64, 2).fingerprint() == sources[0].fingerprint()


def test_pickles():
    faces = pickle.loads(pickle.dumps(DrawnFaces(64, 2, seed=5)))
    np.testing.assert_array_equal(faces[0], draw_face(5, 0, 64))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 16, "num_images": 1}, "resolution is 16"),
        ({"resolution": 64, "num_images": 0}, "num_images is 0; expected 1"),
        ({"resolution": 64, "num_images": 1, "seed": -1}, "seed is -1"),
        ({"resolution": 64, "num_images": 1, "first": -2}, "first is -2"),
    ],
)
def test_refuses_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        DrawnFaces(**arguments)
    assert "\n" not in str(caught.value)
