"""The chain: pure in its generator, rebuilt from its settings, scaled with the resolution."""

import json
import os
import pickle
from pathlib import Path

import albumentations
import cv2
import numpy as np
import pytest
from torch.utils.data import DataLoader

from gpen_train.degradations.chain import build_chain

CONFIGS = Path(__file__).parents[2] / "configs" / "degradation"

PRESETS = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", PRESETS)
def test_a_pair_depends_on_the_generator_alone(preset, face, name):
    chain, clean = build_chain(**preset(name)), face(64)
    before = clean.copy()
    pairs = [chain(clean, rng(3, index)) for index in range(12)]
    cv2.setRNGSeed(9)
    np.random.seed(9)
    other = build_chain(**preset(name))
    for index in reversed(range(12)):
        for expected, found in zip(pairs[index], other(clean, rng(3, index)), strict=True):
            np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(clean, before)
    assert len({degraded.tobytes() for degraded, _ in pairs}) == 12


@pytest.mark.parametrize("name", PRESETS)
def test_settings_are_plain_and_rebuild_the_chain(preset, face, name):
    chain = build_chain(**preset(name))
    settings = json.loads(json.dumps(chain.settings))
    assert settings == chain.settings  # neither tuples nor keys that JSON would change
    rebuilt = build_chain(**settings)
    assert rebuilt.settings == settings
    assert list(rebuilt.stages) == list(chain.stages)
    for seed in range(4):
        np.testing.assert_array_equal(rebuilt(face(64), rng(seed))[0], chain(face(64), rng(seed))[0])


class Pairs:
    """A map-style dataset: image ``index`` degraded with its own generator."""

    def __init__(self, chain, clean):
        self.chain, self.clean = chain, clean

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.chain(self.clean, rng(5, index))[0]


def test_workers_and_threads_change_nothing(preset, face):
    pairs = Pairs(build_chain(**preset("mild")), face(128))
    expected = np.stack([pairs[index] for index in range(8)])
    loader = DataLoader(pairs, batch_size=2, num_workers=2)
    np.testing.assert_array_equal(np.concatenate([batch.numpy() for batch in loader]), expected)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1 if threads > 1 else 2)
        np.testing.assert_array_equal(np.stack([pairs[index] for index in range(8)]), expected)
    finally:
        cv2.setNumThreads(threads)


def test_a_chain_travels_to_another_process(preset, face):
    chain = build_chain(**preset("gfpgan"))
    copy = pickle.loads(pickle.dumps(chain))
    np.testing.assert_array_equal(copy(face(64), rng(1))[0], chain(face(64), rng(1))[0])


def test_explain_returns_the_same_pair_and_plain_parameters(preset, face):
    chain = build_chain(**preset("gfpgan"))
    degraded, _, parameters = chain.explain(face(64), rng(4))
    np.testing.assert_array_equal(degraded, chain(face(64), rng(4))[0])
    assert json.loads(json.dumps(parameters)) == parameters
    assert list(parameters)[:5] == ["blur", "downsample", "noise", "compression", "resize_back"]


def test_parameters_of_the_stages_are_unrelated(preset, face):
    chain, clean = build_chain(**preset("gpen")), face(16)
    drawn = [chain.explain(clean, rng(0, index))[2] for index in range(800)]
    columns = [
        [values["blur"]["sigma_x"] for values in drawn],
        [values["downsample"]["factor"] for values in drawn],
        [values["noise"]["strength"] for values in drawn],
        [values["compression"]["quality"] for values in drawn],
        ["grey" in values for values in drawn],
    ]
    assert np.abs(np.corrcoef(columns) - np.eye(5)).max() < 0.12  # 3.4 standard deviations of 800 draws


@pytest.mark.parametrize("resolution", [64, 512, 1024])
def test_lengths_scale_with_the_clean_image(preset, face, resolution):
    values = preset("gpen")
    values["stages"]["blur"]["sigma"] = [4, 4]
    for scales, factor in ((True, resolution / 512), (False, 1.0)):
        chain = build_chain(**(values | {"scale_with_resolution": scales}))
        _, _, parameters = chain.explain(face(resolution), rng(6))
        assert parameters["blur"]["sigma_x"] == pytest.approx(4 * factor)
        assert parameters["blur"]["radius"] == max(1, round(20 * factor))
        _, _, reference = build_chain(**values).explain(face(512), rng(6))
        for label in ("downsample", "noise", "compression"):
            assert parameters[label] == reference[label]


def test_a_scaled_blur_looks_the_same_at_any_resolution(face):
    chain = build_chain(stages={"blur": {"sigma": [8, 8]}})
    small, large = (chain(face(resolution), rng(0))[0] for resolution in (128, 512))
    shrunk = cv2.resize(large, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small).mean() < 1.5


@pytest.mark.parametrize("input_resolution", [None, 32, 96])
@pytest.mark.parametrize("stages", [{"downsample": {}, "resize_back": {}}, {"downsample": {}}, {}])
def test_the_degraded_image_has_the_size_asked_for(face, input_resolution, stages):
    clean = face(64)
    degraded, target = build_chain(stages, input_resolution=input_resolution)(clean, rng(0))
    side = input_resolution or 64
    assert degraded.shape == (side, side, 3)
    assert degraded.dtype == np.uint8
    assert target is clean
    assert not np.may_share_memory(degraded, target)


def test_an_image_that_is_not_square_keeps_its_size(preset):
    clean = np.full((40, 64, 3), 90, np.uint8)
    assert build_chain(**preset("gpen"))(clean, rng(0))[0].shape == clean.shape


def test_stages_may_come_twice_and_be_left_out(face):
    stages = {"noise": None, "blur": {}, "second_blur": {"stage": "blur", "sigma": [1, 2], "p": 0.5}}
    chain = build_chain(stages)
    assert list(chain.stages) == ["blur", "second_blur"]
    assert chain.settings["stages"]["second_blur"]["stage"] == "blur"
    drawn = [build_chain(**chain.settings).explain(face(16), rng(index))[2] for index in range(60)]
    assert 15 < sum("second_blur" in values for values in drawn) < 45


def test_stages_are_albumentations_transforms(face):
    stages = list(build_chain({"blur": {}, "noise": {}, "compression": {"quality": 50}}).stages.values())
    again = albumentations.from_dict(albumentations.to_dict(albumentations.Compose(stages)))
    assert [stage.settings for stage in again.transforms] == [stage.settings for stage in stages]
    assert again(image=face(64))["image"].shape == (64, 64, 3)


def test_albumentations_does_not_ask_the_network():
    assert os.environ["NO_ALBUMENTATIONS_UPDATE"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stages": {"blurr": {}}}, "'blurr' is unknown; did you mean 'blur'?"),
        ({"stages": {"blur": {"sigmas": [1, 2]}}}, "no setting 'sigmas'; did you mean 'sigma'?"),
        ({"stages": {"blur": {"sigma": [10, 0.1]}}}, "'blur': sigma is [10, 0.1]; expected [low, high]"),
        ({"stages": {"blur": {"sigma": [-1, 2]}}}, "expected [low, high] with 0 <= low"),
        ({"stages": {"blur": {"sigma": "3"}}}, "sigma is '3'"),
        ({"stages": {"blur": {"kernel_size": 40}}}, "expected odd numbers"),
        ({"stages": {"blur": {"kinds": {"square": 1}}}}, "holds 'square'; expected weights"),
        ({"stages": {"blur": {"kinds": {"motion": 0}}}}, "not all zero"),
        ({"stages": {"compression": {"quality": [60, 101]}}}, "high <= 100"),
        ({"stages": {"compression": {"quality": [60.5, 90]}}}, "whole numbers"),
        ({"stages": {"grey": {"p": 1.5}}}, "expected a probability"),
        ({"stages": {"noise": 3}}, "expected settings by name"),
        ({"stages": {"noise": {"sigma": np.float64}}}, "expected numbers"),
        ({"stages": ["blur"]}, "expected stages by label"),
        ({"stages": {"grey": {}}, "shared": {"grey": {}}}, "in shared and in stages"),
        ({"stages": {}, "input_resolution": 0}, "input_resolution is 0"),
        ({"stages": {"noise": {"set": "heavy"}}}, "'noise' is of set 'heavy'; sets holds []"),
        ({"stages": {}, "sets": {"light": -1}}, "degradation sets is {'light': -1}"),
        (
            {"stages": {}, "patch": {"size": 3}},
            "degradation patch has no setting 'size'; did you mean 'side'?",
        ),
        ({"stages": {}, "patch": {"side": [9, 3]}}, "degradation patch: side is [9, 3]"),
        ({"stages": {}, "where": "gpu"}, "degradation where is 'gpu'; choose one of: cpu, device"),
        ({"stages": {"rescale": {"scale": [2, 3]}}}, "expected [low, high] with low <= 1 <= high"),
        ({"stages": {"paper": {"kinds": {"wood": 1}}}}, "holds 'wood'"),
        ({"stages": {"video_compression": {"qp": [0, 60]}}}, "high <= 51"),
    ],
)
def test_wrong_values_are_refused_in_one_line(values, said):
    with pytest.raises(ValueError, match=r"degradation|input_resolution") as caught:
        build_chain(**values)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "clean", [np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), "a"]
)
def test_anything_but_an_rgb_image_is_refused(clean):
    with pytest.raises(ValueError, match=r"expected uint8 \[H, W, 3\]"):
        build_chain({"noise": {}})(clean, rng(0))
