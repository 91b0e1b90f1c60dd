"""Blind face restoration: the mirror, the degradation, the settings."""

import json
from pathlib import Path

import numpy as np
import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from gpen_train.degradations.chain import build_chain
from gpen_train.tasks.bfr import BlindFaceRestoration

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture
def clean():
    return np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def task_of(flip: float, **stages) -> BlindFaceRestoration:
    return BlindFaceRestoration(build_chain(stages), flip)


def test_both_images_are_mirrored_half_of_the_time(clean):
    task, flips = task_of(0.5), 0
    for seed in range(300):
        pair = task(clean, np.random.default_rng(seed))
        np.testing.assert_array_equal(pair.degraded, pair.clean)
        flipped = np.array_equal(pair.clean, clean[:, ::-1])
        assert flipped or np.array_equal(pair.clean, clean)
        flips += flipped
    assert 0.4 < flips / 300 < 0.6


def test_a_pair_depends_on_the_generator_alone(clean):
    first, second = (task_of(0.5, blur={}, noise={})(clean, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first.degraded, second.degraded)
    np.testing.assert_array_equal(first.clean, second.clean)


def test_the_flip_does_not_change_the_degradation(clean):
    symmetric = np.maximum(clean, clean[:, ::-1])
    never, always = (task_of(flip, noise={})(symmetric, np.random.default_rng(3)) for flip in (0, 1))
    np.testing.assert_array_equal(never.degraded, always.degraded)


@pytest.mark.parametrize("name", ["gpen", "gfpgan", "mild"])
def test_the_configs_build_a_task_with_plain_settings(clean, name):
    config = OmegaConf.load(CONFIGS / "task" / "bfr.yaml")
    config.chain = OmegaConf.load(CONFIGS / "degradation" / f"{name}.yaml")
    task = instantiate(config)
    pair = task(clean, np.random.default_rng(0))
    assert pair.degraded.shape == pair.clean.shape == (32, 32, 3)
    assert json.loads(json.dumps(task.settings)) == task.settings
    assert task.name == "bfr"
    rebuilt = BlindFaceRestoration(build_chain(**task.settings["degradation"]), task.settings["flip"])
    np.testing.assert_array_equal(rebuilt(clean, np.random.default_rng(0)).degraded, pair.degraded)


def test_a_flip_that_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="expected a probability"):
        task_of(2)
