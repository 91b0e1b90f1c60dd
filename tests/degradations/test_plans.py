"""Plans: drawn apart from their application, kept as JSON; sets of stages; patches."""

import json

import numpy as np
import pytest

from gpen_train.degradations.chain import Step, build_chain
from gpen_train.degradations.stage import Frame
from gpen_train.degradations.stages import STAGES

EVERY_STAGE = build_chain(
    {name: {"p": 1.0} if name != "resize_back" else {} for name in STAGES if name not in ("shift", "grey")},
    {"shift": {"p": 1.0, "shift": [3, 9]}, "grey": {"p": 0.5}},
    patch={"p": 0.5},
)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def assert_equal(pairs, others) -> None:
    for image, other in zip(pairs, others, strict=True):
        np.testing.assert_array_equal(image, other)


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_that_went_through_json_gives_the_same_pair(face, seed):
    clean = face(96)
    plan = EVERY_STAGE.draw(EVERY_STAGE.frame(clean), rng(seed))
    read = json.loads(json.dumps(plan))
    expected = EVERY_STAGE(clean, rng(seed))
    assert_equal(EVERY_STAGE.apply(clean, plan), expected)
    assert_equal(EVERY_STAGE.apply(clean, read), expected)
    assert [Step(*step).drawn for step in read][:10] == [step.drawn for step in plan][:10]


def test_a_plan_is_drawn_without_an_image_and_names_labels_and_stages():
    chain = build_chain({"blur": {}, "again": {"stage": "blur", "p": 0.5}, "noise": {}})
    plans = [chain.draw(Frame(1.0, (64, 64)), rng(seed)) for seed in range(40)]
    assert {tuple(step.label for step in plan) for plan in plans} == {
        ("blur", "again", "noise"),
        ("blur", "noise"),
    }
    assert {(step.label, step.stage) for plan in plans for step in plan} == {
        ("blur", "blur"),
        ("again", "blur"),
        ("noise", "noise"),
    }


def test_two_samples_of_noise_have_two_seeds():
    chain = build_chain({"noise": {}})
    seeds = {chain.draw(Frame(1.0, (64, 64)), rng(seed))[0].drawn["seed"] for seed in range(200)}
    assert len(seeds) == 200
    assert max(seeds) > 2**31


def test_a_plan_of_another_chain_is_refused(face):
    plan = [Step("haze", "haze", {"alpha": 0.5})]
    with pytest.raises(ValueError, match="a step 'haze'; expected blur") as refusal:
        build_chain({"blur": {}}).apply(face(32), plan)
    assert "\n" not in str(refusal.value)


def test_a_sample_takes_the_stages_of_one_set_and_those_of_none():
    chain = build_chain(
        {"blur": {"set": "far"}, "noise": {"set": "near"}, "compression": {}},
        {"grey": {"set": "far", "p": 1}},
        sets={"near": 3, "far": 1},
    )
    plans = [tuple(step.label for step in chain.draw(Frame(1.0, (64, 64)), rng(seed))) for seed in range(400)]
    assert set(plans) == {("grey", "blur", "compression"), ("noise", "compression")}
    assert plans.count(("noise", "compression")) / 400 == pytest.approx(0.75, abs=0.06)
    assert build_chain(**chain.settings).settings == chain.settings
    assert chain.settings["stages"]["blur"]["set"] == "far"


def test_a_patch_is_degraded_by_a_draw_of_its_own(face):
    chain = build_chain({"noise": {"sigma": [5, 30]}}, patch={"p": 1, "side": [128, 256]})
    clean = face(128)
    for seed in range(10):
        plan = chain.draw(chain.frame(clean), rng(seed))
        square = plan[-1].drawn
        assert 32 <= square["side"] <= 64  # a quarter of 512
        inside = np.zeros((128, 128), bool)
        inside[
            square["top"] : square["top"] + square["side"], square["left"] : square["left"] + square["side"]
        ] = True
        degraded = chain.apply(clean, plan)[0]
        np.testing.assert_array_equal(degraded[~inside], chain.apply(clean, plan[:-1])[0][~inside])
        np.testing.assert_array_equal(degraded[inside], chain.apply(clean, square["steps"])[0][inside])
        assert square["steps"][0].drawn["strength"] != plan[0].drawn["strength"]


def test_patches_lie_anywhere_in_the_image():
    chain = build_chain({}, patch={"p": 0.3, "side": [100, 300]})
    plans = [chain.draw(Frame(1.0, (512, 512)), rng(seed)) for seed in range(900)]
    squares = [plan[0].drawn for plan in plans if plan]
    assert len(squares) / 900 == pytest.approx(0.3, abs=0.05)
    ends = [square["left"] + square["side"] for square in squares]
    assert min(square["left"] for square in squares) < 10
    assert 500 < max(ends) <= 512


def test_the_place_of_the_work_is_no_setting_of_the_distribution():
    chain = build_chain({}, where="device")
    assert chain.where == "device"
    assert "where" not in chain.settings
