"""A mixture: its images, its order, and a run that goes on in the middle."""

import numpy as np
import pytest

from gpen_train.drawn.source import DrawnFaces
from gpen_train.loading.build import first_images
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.mixture import Mixture
from gpen_train.sources.orders import order_of


@pytest.fixture
def mixture(tmp_path, photos):
    return Mixture([FolderSource(tmp_path / "photos", 32), DrawnFaces(32, 5)], [3, 1])


def test_the_parts_follow_each_other(mixture):
    folder, drawn = mixture.parts
    assert (len(mixture), mixture.name, mixture.resolution) == (25, "photos+drawn", 32)
    for index, (part, of_part) in {0: (folder, 0), 19: (folder, 19), 20: (drawn, 0), 24: (drawn, 4)}.items():
        np.testing.assert_array_equal(mixture[index], part[of_part])
        assert mixture.label(index) == f"{part.name}/{part.label(of_part)}"
        assert mixture.content_key(index) == part.content_key(of_part)
    with pytest.raises(IndexError):
        mixture[25]


def test_fingerprint_tells_mixtures_apart(mixture):
    others = [
        Mixture(mixture.parts, [1, 3]),
        Mixture(mixture.parts[::-1], [3, 1]),
        Mixture(mixture.parts[:1], [3]),
    ]
    assert len({one.fingerprint() for one in (mixture, *others)}) == 4
    assert Mixture(mixture.parts, [3.0, 1.0]).fingerprint() == mixture.fingerprint()


def test_weights_are_those_of_the_images_seen(mixture):
    order = order_of(mixture, seed=1)
    drawn = [order.draw(position).index >= 20 for position in range(5000)]
    assert sum(drawn) == 1250
    assert abs(np.mean(drawn[:400]) - 0.25) < 0.1  # mixed, not one after the other


def test_the_first_images_are_divided_as_the_weights_say(mixture):
    assert [len(part) for part in first_images(mixture, 12).parts] == [9, 3]
    assert [len(part) for part in first_images(mixture, 1000).parts] == [20, 5]


def test_as_many_weights_as_parts(mixture):
    for parts, weights in ((mixture.parts, [1]), ([], [])):
        with pytest.raises(ValueError, match=f"found {len(parts)} parts and {len(weights)} weights"):
            Mixture(parts, weights)
