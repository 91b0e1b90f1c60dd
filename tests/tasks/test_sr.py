"""Super-resolution: bicubic, antialiased, both ways; by a definition in plain numpy."""

import json

import numpy as np
import pytest
import torch

from gpen_train.degradations.chain import build_chain
from gpen_train.drawn import draw_face
from gpen_train.images import resample, to_float, to_uint8
from gpen_train.tasks.sr import SuperResolution, bicubic


def weights(old: int, new: int) -> np.ndarray:
    """Keys' kernel with a = -0.5, stretched by the factor where it shrinks -> [new, old]."""
    stretch = max(old / new, 1)
    centres = (np.arange(new) + 0.5) * old / new - 0.5
    x = np.abs(np.arange(old)[None] - centres[:, None]) / stretch
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    kernel = np.where(x <= 1, near, np.where(x < 2, far, 0))
    return kernel / kernel.sum(axis=1, keepdims=True)


def by_definition(image: np.ndarray, side: int) -> np.ndarray:
    found = np.einsum("ai,bj,ijc->abc", *[weights(len(image), side)] * 2, image.astype(float))
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("factor", [2, 4, 8, 3, 2.5])
def test_equals_its_definition(clean, factor):
    pair = SuperResolution(build_chain({}), flip=0, factors=[factor])(clean, np.random.default_rng(0))
    expected = by_definition(by_definition(clean, round(64 / factor)), 64)
    assert np.abs(pair.degraded.astype(int) - expected).max() <= 2
    np.testing.assert_array_equal(pair.clean, clean)


def test_a_flat_image_stays_and_detail_below_the_small_pixel_goes():
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 200 + 20).astype(np.uint8)[..., None].repeat(3, axis=2)
    degraded = SuperResolution(build_chain({}), 0, [4])(board, np.random.default_rng(0)).degraded
    assert np.abs(degraded[8:-8, 8:-8].astype(int) - 120).max() <= 2


def test_the_input_has_the_networks_size(clean):
    task = SuperResolution(build_chain({}, input_resolution=32), flip=1, factors=4)
    pair = task(clean, np.random.default_rng(0))
    assert (pair.degraded.shape, pair.clean.shape) == ((32, 32, 3), (64, 64, 3))
    np.testing.assert_array_equal(pair.clean, clean[:, ::-1])
    expected = by_definition(by_definition(clean[:, ::-1], 16), 32)
    assert np.abs(pair.degraded.astype(int) - expected).max() <= 2


def test_each_factor_has_its_share_and_equal_generators_agree(clean):
    task = SuperResolution(build_chain({}), 0, [2, 8])
    coarse = by_definition(by_definition(clean, 8), 64).astype(int)
    pairs = [task(clean, np.random.default_rng(seed)).degraded for seed in range(200)]
    assert np.mean([np.abs(one - coarse).max() <= 2 for one in pairs]) == pytest.approx(0.5, abs=0.1)
    again = [task(clean, np.random.default_rng(seed)).degraded for seed in range(200)]
    np.testing.assert_array_equal(pairs, again)


def test_a_factor_larger_than_the_image_leaves_a_pixel(clean):
    degraded = SuperResolution(build_chain({}), 0, [64])(clean[:32, :32], np.random.default_rng(0)).degraded
    assert np.ptp(degraded, axis=(0, 1)).max() == 0


@pytest.mark.parametrize("factors", [[], [1], [4, 200], "4", [4, "8"], {"4": 1}, None])
def test_other_factors_are_refused_in_one_line(factors):
    with pytest.raises(ValueError, match=r"factors is .*; expected one or several from 1\.1 to 64") as raised:
        SuperResolution(build_chain({}), factors=factors)
    assert "\n" not in str(raised.value)


def test_settings_are_plain_values_that_build_the_task_again(clean):
    settings = SuperResolution(build_chain({}), factors=(4, 8)).settings
    assert json.loads(json.dumps(settings)) == settings
    again = SuperResolution(build_chain({}), settings["flip"], settings["factors"])
    assert again.settings == settings


def test_a_small_file_is_enlarged_by_the_network_as_it_was_in_training():
    """What ``gpen restore`` leaves to the model is the second half of what the task does."""
    small = draw_face(0, 4, 32)
    by_network = resample(to_float(torch.from_numpy(small)[None]), 64)
    found = to_uint8(by_network)[0].numpy().astype(int)
    assert np.abs(found - bicubic(small, 64)).max() <= 2  # which rounds in between
