"""Faces from label maps: a pair stays what it is, or both are mirrored and left becomes right."""

import json

import numpy as np
import pytest

from gpen_train.conventions.labels import NUMBERS, to_colours, to_labels
from gpen_train.degradations.chain import build_chain
from gpen_train.tasks.pair import Pair
from gpen_train.tasks.seg2face import Seg2Face


@pytest.fixture
def pair(clean):
    return Pair(to_colours(np.random.default_rng(1).integers(0, 19, (32, 32), dtype=np.uint8)), clean)


def test_an_unmirrored_pair_is_the_one_given(pair):
    found = Seg2Face(build_chain({}), flip=0).pair(pair, np.random.default_rng(0))
    np.testing.assert_array_equal(found.degraded, pair.degraded)
    np.testing.assert_array_equal(found.clean, pair.clean)


def test_a_mirrored_pair_swaps_the_sides_of_eyes(pair):
    found = Seg2Face(build_chain({}), flip=1).pair(pair, np.random.default_rng(0))
    np.testing.assert_array_equal(found.clean, pair.clean[:, ::-1])
    before, after = to_labels(pair.degraded)[:, ::-1], to_labels(found.degraded)
    for left, right in (("l_eye", "r_eye"), ("l_brow", "r_brow"), ("l_ear", "r_ear")):
        np.testing.assert_array_equal(before == NUMBERS[left], after == NUMBERS[right])
    np.testing.assert_array_equal(before == NUMBERS["l_lip"], after == NUMBERS["l_lip"])  # the lower lip


def test_half_of_the_pairs_are_mirrored(pair):
    task = Seg2Face(build_chain({}))
    found = [task.pair(pair, np.random.default_rng(seed)).clean for seed in range(200)]
    assert np.mean([np.array_equal(clean, pair.clean) for clean in found]) == pytest.approx(0.5, abs=0.1)


def test_a_face_alone_is_refused(clean):
    with pytest.raises(ValueError, match=r"needs a label map .*data=label_maps") as raised:
        Seg2Face(build_chain({}))(clean, np.random.default_rng(0))
    assert "\n" not in str(raised.value)
    with pytest.raises(ValueError, match="flip is 2; expected a probability"):
        Seg2Face(build_chain({}), flip=2)


def test_settings_are_plain_values():
    settings = Seg2Face(build_chain({}, input_resolution=32), flip=0.25).settings
    assert json.loads(json.dumps(settings)) == settings
    assert (settings["flip"], settings["degradation"]["input_resolution"]) == (0.25, 32)
