"""The fit of a face to its map: by its formula, best in flat colours, worse beside the map."""

import numpy as np
import pytest
import torch

from gpen_train.conventions.labels import to_colours
from gpen_train.drawn import draw_face, draw_labels
from gpen_train.evaluation.label_fit import label_fit, numbers_of


def by_definition(image: np.ndarray, labels: np.ndarray) -> float:
    colours = image.reshape(-1, 3).astype(float)
    mean, between = colours.mean(axis=0), 0.0
    for label in np.unique(labels):
        own = colours[labels.ravel() == label]
        between += len(own) * ((own.mean(axis=0) - mean) ** 2).sum()
    return between / ((colours - mean) ** 2).sum()


@pytest.fixture
def faces():
    return torch.from_numpy(np.stack([draw_face(0, index, 64) for index in range(3)]))


@pytest.fixture
def maps():
    return torch.from_numpy(np.stack([to_colours(draw_labels(0, index, 64)) for index in range(3)]))


def test_equals_its_formula(faces, maps):
    expected = [by_definition(faces[i].numpy(), draw_labels(0, i, 64)) for i in range(3)]
    torch.testing.assert_close(label_fit(faces, maps), torch.tensor(expected, dtype=torch.float32))


def test_numbers_are_those_of_the_colours():
    labels = np.arange(19, dtype=np.uint8)[None, None]
    np.testing.assert_array_equal(numbers_of(torch.from_numpy(to_colours(labels[0])[None]))[0], labels[0])


def test_flat_colours_fit_wholly_and_others_faces_less(faces, maps):
    torch.testing.assert_close(label_fit(maps, maps), torch.ones(3))
    own, others = label_fit(faces, maps), label_fit(faces, maps.roll(1, dims=0))
    beside = label_fit(faces.roll(8, dims=2), maps)
    assert (own > others).all()
    assert (own > beside + 0.05).all()


def test_a_smaller_map_and_an_image_of_one_colour(faces, maps):
    small = torch.from_numpy(np.stack([to_colours(draw_labels(0, index, 32)) for index in range(3)]))
    torch.testing.assert_close(label_fit(faces, small), label_fit(faces, maps), atol=0.05, rtol=0)
    assert label_fit(torch.full_like(faces, 7), maps).isnan().all()
