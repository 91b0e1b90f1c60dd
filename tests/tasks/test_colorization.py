"""Colorization: films and fading by their formulas, pairs of grey and colour, settings."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from gpen_train.degradations.chain import build_chain
from gpen_train.degradations.colour import to_grey
from gpen_train.tasks.colorization import FILMS, LIGHTNESS, Colorization, to_film
from gpen_train.tasks.fading import Fading

CONFIG = Path(__file__).parents[2] / "configs" / "task" / "colorization.yaml"
NEVER = Fading(p=0)


@pytest.mark.parametrize("film", FILMS)
def test_a_film_is_a_weighted_sum(clean, film):
    assert sum(FILMS[film]) == pytest.approx(1)
    expected = clean.astype(float) @ np.array(FILMS[film])
    assert np.abs(to_film(clean, film) - expected).max() <= 0.51


def test_lightness_is_that_of_cie():
    grey = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)  # [1, 256, 3]
    x = grey[0, :, 0] / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    lightness = np.where(linear > (6 / 29) ** 3, 116 * np.cbrt(linear) - 16, linear * (29 / 3) ** 3)
    assert np.abs(to_film(grey, LIGHTNESS)[0] - 2.55 * lightness).max() < 2


def test_old_film_sees_lips_darker_than_a_program_does():
    lips = np.full((1, 1, 3), (190, 90, 95), np.uint8)
    assert to_film(lips, "blue") < to_film(lips, "rec_601")
    assert to_film(lips, "orthochromatic") < to_film(lips, "rec_601")


def test_the_input_is_grey_and_the_target_in_colour(clean):
    task = Colorization(build_chain({}), flip=0, fading=NEVER)
    pair = task(clean, np.random.default_rng(0))
    np.testing.assert_array_equal(pair.clean, clean)
    assert np.abs(pair.degraded.astype(int) - to_grey(clean)).max() <= 1


def test_films_come_in_their_shares(clean):
    task = Colorization(build_chain({}), 0, films={"red": 1, "blue": 3}, fading=NEVER)
    pairs = [task(clean, np.random.default_rng(seed)) for seed in range(200)]
    blue = [np.array_equal(pair.degraded[..., 0], clean[..., 2]) for pair in pairs]
    assert np.mean(blue) == pytest.approx(0.75, abs=0.08)


def test_fading_by_its_formula():
    fading = Fading(p=1, gamma=1.3, ink=40, paper=200, toned=0)
    grey = np.arange(256, dtype=np.uint8)[None]
    photo = fading(grey, np.random.default_rng(0))[0]
    expected = 40 + 160 * (np.arange(256) / 255) ** 1.3
    assert np.abs(photo - expected[:, None]).max() <= 0.51


def test_tones_are_warm_and_keep_the_red():
    grey = np.arange(256, dtype=np.uint8)[None]
    tones = []
    for seed in range(50):
        plain_photo, toned = (
            Fading(p=1, toned=share)(grey, np.random.default_rng(seed)).astype(int) for share in (0, 1)
        )
        assert (plain_photo.max(axis=2) == plain_photo.min(axis=2)).all()
        np.testing.assert_array_equal(toned[..., 0], plain_photo[..., 0])
        red, green, blue = np.moveaxis(toned, 2, 0)
        assert (red >= green).all()
        assert (green >= blue).all()
        tones.append((red - blue).max())
    assert min(tones) < 10  # from a hint
    assert max(tones) > 40  # to sepia


def test_a_share_fades():
    grey = np.arange(256, dtype=np.uint8)[None]
    fading = Fading(p=0.25, paper=200)
    faded = [fading(grey, np.random.default_rng(seed)).max() <= 200 for seed in range(400)]
    assert np.mean(faded) == pytest.approx(0.25, abs=0.06)


def test_a_smaller_input(clean):
    task = Colorization(build_chain({}, input_resolution=16), flip=0, fading=NEVER)
    pair = task(clean, np.random.default_rng(0))
    assert pair.clean.shape == (64, 64, 3)
    expected = cv2.resize(to_grey(clean), (16, 16), interpolation=cv2.INTER_AREA)
    assert np.abs(pair.degraded.astype(int) - expected).max() <= 2


def test_a_chain_that_takes_the_colour_of_targets_is_refused(clean):
    chain = build_chain({"noise": {}}, {"grey": {"p": 0.2}})
    Colorization(chain)
    with pytest.raises(ValueError, match=r"set degradation\.shared\.grey=null") as refusal:
        Colorization(chain, degrade=True)
    assert "\n" not in str(refusal.value)
    task = Colorization(build_chain({"noise": {"sigma": [10, 10]}}), 0, degrade=True, fading=NEVER)
    difference = task(clean, np.random.default_rng(0)).degraded.astype(int) - to_grey(clean)
    assert 3 < np.abs(difference).mean() < 12


def test_the_config_builds_a_task_with_plain_settings(clean):
    task = instantiate(OmegaConf.load(CONFIG), chain=build_chain({}), _convert_="all")
    settings = task.settings
    assert task.name == "colorization"
    assert sum(settings["films"].values()) == pytest.approx(1)
    assert json.loads(json.dumps(settings)) == settings
    chain, fading = build_chain(**settings["degradation"]), Fading(**settings["fading"])
    rebuilt = Colorization(chain, settings["flip"], settings["degrade"], settings["films"], fading)
    for seed in range(10):
        pairs = [each(clean, np.random.default_rng(seed)) for each in (task, rebuilt)]
        np.testing.assert_array_equal(pairs[0].degraded, pairs[1].degraded)
        np.testing.assert_array_equal(pairs[0].clean, pairs[1].clean)


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match=r"films holds 'sepia'.*rec_601"):
        Colorization(build_chain({}), films={"sepia": 1})
    with pytest.raises(ValueError, match="toned is 2"):
        Fading(toned=2)
