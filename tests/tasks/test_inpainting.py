"""Inpainting: white in the hole, untouched around it, at any input resolution."""

import json
from pathlib import Path

import numpy as np
import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from gpen_train.degradations.chain import build_chain
from gpen_train.holes import find_hole
from gpen_train.images import resize_area
from gpen_train.tasks.inpainting import Inpainting
from gpen_train.tasks.masks import Masks

CONFIG = Path(__file__).parents[2] / "configs" / "task" / "inpainting.yaml"
NOISE = {"noise": {"sigma": [10, 10]}}


def task_of(chain: dict | None = None, **arguments) -> Inpainting:
    return Inpainting(build_chain({}, **(chain or {})), **arguments)


def test_the_hole_is_white_and_the_rest_untouched(clean):
    task = task_of(flip=0, masks=Masks({"brush": 1, "box": 1, "irregular": 1}))
    covers = []
    for seed in range(30):
        pair = task(clean, np.random.default_rng(seed))
        hole = find_hole(pair.degraded)
        np.testing.assert_array_equal(pair.clean, clean)
        np.testing.assert_array_equal(pair.degraded[~hole], clean[~hole])
        covers.append(hole.mean())
    assert min(covers) > 0
    assert max(covers) < 0.7


def test_the_image_given_stays_as_it_is(clean):
    before = clean.copy()
    task_of()(clean, np.random.default_rng(0))
    np.testing.assert_array_equal(clean, before)


def test_both_images_are_mirrored(clean):
    pair = task_of(flip=1)(clean, np.random.default_rng(0))
    hole = find_hole(pair.degraded)
    np.testing.assert_array_equal(pair.clean, clean[:, ::-1])
    np.testing.assert_array_equal(pair.degraded[~hole], clean[:, ::-1][~hole])


@pytest.mark.parametrize("degrade", [False, True])
def test_the_hole_is_drawn_at_the_size_of_the_input(clean, degrade):
    task = task_of({"input_resolution": 16}, flip=0, degrade=degrade)
    pair = task(clean, np.random.default_rng(1))
    assert pair.degraded.shape == (16, 16, 3)
    assert pair.clean.shape == (64, 64, 3)
    hole = find_hole(pair.degraded)
    assert hole.any()
    if not degrade:  # reduced by the mean of each block
        np.testing.assert_array_equal(pair.degraded[~hole], resize_area(clean, 16)[~hole])


def test_the_chain_works_only_where_asked_for(clean):
    kept, degraded = (
        Inpainting(build_chain(NOISE), 0, degrade)(clean, np.random.default_rng(2))
        for degrade in (False, True)
    )
    outside = ~find_hole(degraded.degraded)
    assert np.abs(degraded.degraded[outside].astype(int) - clean[outside]).mean() > 4
    outside = ~find_hole(kept.degraded)
    np.testing.assert_array_equal(kept.degraded[outside], clean[outside])


def test_a_pair_depends_on_the_generator_alone(clean):
    task = Inpainting(build_chain(NOISE), degrade=True)
    first, _, again = (task(clean, np.random.default_rng(seed)) for seed in (7, 8, 7))
    np.testing.assert_array_equal(first.degraded, again.degraded)
    np.testing.assert_array_equal(first.clean, again.clean)


def test_the_config_builds_a_task_with_plain_settings(clean):
    task = instantiate(OmegaConf.load(CONFIG), chain=build_chain(NOISE), _convert_="all")
    settings = task.settings
    assert task.name == "inpainting"
    assert json.loads(json.dumps(settings)) == settings
    chain, masks = build_chain(**settings["degradation"]), Masks(**settings["masks"])
    rebuilt = Inpainting(chain, settings["flip"], settings["degrade"], masks)
    for seed in range(5):
        pairs = [each(clean, np.random.default_rng(seed)) for each in (task, rebuilt)]
        np.testing.assert_array_equal(pairs[0].degraded, pairs[1].degraded)
