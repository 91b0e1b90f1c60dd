"""Transforms of albumentations among our stages, and our stages among theirs."""

import json

import albumentations
import numpy as np
import pytest

from gpen_train.degradations.blur import Blur
from gpen_train.degradations.chain import build_chain
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.degradations.noise import Noise

RAIN = {"stage": "albumentations.RandomRain", "drop_length": 8, "p": 0.5}
STAGES = {
    "blur": {"sigma": [1, 3]},
    "rain": RAIN,
    "grain": {"stage": "albumentations.ISONoise"},
    "compression": {},
}


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_sample_depends_on_its_generator_alone(face):
    chain, clean = build_chain(STAGES), face(96)
    first, other = chain(clean, rng(0))[0], chain(clean, rng(1))[0]
    assert first.dtype == np.uint8
    assert first.shape == clean.shape
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(chain(clean, rng(0))[0], first)


def test_a_plan_that_went_through_json_gives_the_same_pair(face):
    chain, clean = build_chain(STAGES), face(64)
    for seed in range(6):
        plan = json.loads(json.dumps(chain.draw(chain.frame(clean), rng(seed))))
        np.testing.assert_array_equal(chain.apply(clean, plan)[0], chain(clean, rng(seed))[0])


def test_settings_build_the_same_chain(face):
    chain = build_chain(STAGES)
    again = build_chain(**chain.settings)
    assert again.settings == chain.settings
    assert chain.settings["stages"]["rain"] == RAIN
    np.testing.assert_array_equal(again(face(64), rng(3))[0], chain(face(64), rng(3))[0])


def test_p_is_the_share_of_samples(face):
    chain = build_chain({"rain": RAIN})
    plans = [chain.draw(chain.frame(face(32)), rng(seed)) for seed in range(400)]
    assert sum(map(bool, plans)) / 400 == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stage": "albumentations.Nothing"}, "albumentations.Nothing is no transform"),
        ({"stage": "albumentations.HorizontalFlip"}, "HorizontalFlip is no transform that changes pixels"),
        ({"stage": "albumentations.ISONoise", "strength": 3}, "refuses its arguments: .*strength"),
        ({"stage": "albumentations.ISONoise", "intensity": [-3, 1]}, "refuses its arguments"),
        ({"stage": "albumentations.ISONoise", "p": 2}, "p is 2; expected a probability"),
    ],
)
def test_what_cannot_be_is_one_line(settings, message):
    with pytest.raises(ValueError, match=f"degradation stage 'odd': .*{message}") as refusal:
        build_chain({"odd": settings})
    assert "\n" not in str(refusal.value)


def test_the_device_has_no_version_of_them():
    with pytest.raises(ValueError, match="'rain' has no version for the device"):
        DeviceChain(build_chain({"rain": RAIN}))


def test_our_stages_in_their_compose(face):
    compose = albumentations.Compose(
        [Blur(sigma=[2, 2]), albumentations.ToGray(p=1), Noise(sigma=[5, 5])], seed=0
    )
    degraded = compose(image=face(64))["image"]
    assert degraded.shape == (64, 64, 3)
    assert not np.array_equal(degraded, face(64))
