"""The presets draw the ranges and shares of the systems they are named after."""

import numpy as np
import pytest

from gpen_train.degradations.chain import build_chain


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


RANGES = {  # of blur sigma in pixels at 512, factor, noise sigma in grey levels, JPEG quality
    "gpen": ((0.1, 10), (0.8, 8), (0, 20), (60, 100)),
    "gfpgan": ((0.1, 10), (0.8, 8), (0, 20), (60, 100)),
    "mild": ((0.1, 3), (0.8, 3), (0, 8), (70, 100)),
}


@pytest.mark.parametrize("name", RANGES)
def test_presets_draw_what_they_say(preset, face, name):
    chain, clean = build_chain(**(preset(name) | {"scale_with_resolution": False})), face(16)
    drawn = [chain.explain(clean, rng(1, index))[2] for index in range(600)]
    blurs, noises = [d["blur"] for d in drawn], [d["noise"] for d in drawn]
    columns = (
        [blur["sigma_x"] for blur in blurs if "sigma_x" in blur],
        [d["downsample"]["factor"] for d in drawn],
        [noise["strength"] for noise in noises if noise["kind"] == "gaussian"],
        [d["compression"]["quality"] for d in drawn],
    )
    for column, (low, high) in zip(columns, RANGES[name], strict=True):
        assert low <= min(column)
        assert max(column) <= high
        relative = (np.quantile(column, [0.05, 0.5, 0.95]) - low) / (high - low)
        assert relative == pytest.approx([0.05, 0.5, 0.95], abs=0.08)
    kinds = [blur["kind"] for blur in blurs]
    share = 0.4 if name == "mild" else 0.5
    assert kinds.count("isotropic") / 600 == pytest.approx(share, abs=0.07)
    assert kinds.count("anisotropic") / 600 == pytest.approx(share, abs=0.07)
    shares = {"gpen": {"grey": 0.2}, "gfpgan": {"grey": 0.01, "colour_shift": 0.3, "colour_jitter": 0.3}}
    for label, share in shares.get(name, {}).items():
        assert sum(label in d for d in drawn) / 600 == pytest.approx(share, abs=0.06)


def test_gpen_makes_the_target_grey_too(preset, face):
    chain, clean = build_chain(**preset("gpen")), face(32)
    for index in range(40):
        _, target, parameters = chain.explain(clean, rng(2, index))
        is_grey = np.ptp(target, axis=2).max() == 0
        assert is_grey == ("grey" in parameters)
        if not is_grey:
            assert target is clean


def test_gfpgan_leaves_the_target_alone(preset, face):
    values = preset("gfpgan")
    for label in ("grey", "colour_shift", "colour_jitter"):
        values["stages"][label]["p"] = 1.0
    clean = face(32)
    degraded, target = build_chain(**values)(clean, rng(0))
    assert target is clean
    assert degraded.shape == clean.shape
