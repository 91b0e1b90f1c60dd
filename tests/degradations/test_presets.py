"""The presets draw what the systems that they are named after publish."""

import numpy as np
import pytest

from gpen_train.degradations.chain import build_chain
from gpen_train.degradations.stage import Frame

SAMPLES = 2000
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
OF_QUANTILES = 0.05  # of the range: 4.5 standard errors of a median of SAMPLES draws, twice that of a mean


def gaussians(sigma, factor, noise, quality, label="{}") -> dict:
    """The chain that most share: ranges of blur in pixels at 512, noise in grey levels, JPEG quality."""
    return {
        (label.format("blur"), "sigma_x"): sigma,
        (label.format("blur"), "sigma_y"): sigma,
        (label.format("blur"), "angle"): (0, np.pi),
        (label.format("downsample"), "factor"): factor,
        (label.format("noise"), "strength"): noise,
        (label.format("compression"), "quality"): quality,
    }


RELEASED = gaussians((0.1, 10), (0.8, 8), (0, 20), (60, 100))
RANGES = {  # uniform between these ends: (label, parameter) -> (low, high)
    "gpen": RELEASED,
    "gpen_64": gaussians((4, 16), (0.8, 2), (5, 45), (40, 95)),
    "gpen_64_heavy": gaussians((16, 32), (2, 4), (40, 70), (20, 50)),
    "gpen_paper": gaussians((0.1, 10), (10, 200), (0, 20), (60, 100)),
    "gfpgan": RELEASED
    | {("colour_jitter", "brightness"): (0.5, 1.5), ("colour_jitter", "contrast"): (0.5, 1.5)}
    | {("colour_jitter", "saturation"): (0, 1.5), ("colour_jitter", "hue"): (-0.1, 0.1)},
    "codeformer": gaussians((0.1, 10), (1, 12), (0, 15), (60, 100))
    | gaussians((1, 15), (4, 30), (0, 20), (30, 80), "heavy_{}"),
    "codeformer_heavy": gaussians((1, 15), (4, 30), (0, 20), (30, 80)),
    "restoreformer_pp": RELEASED | {("shift", "right"): (-32, 32), ("shift", "down"): (-32, 32)},
    "mild": gaussians((0.1, 3), (0.8, 3), (0, 8), (70, 100)) | {("noise", "strength"): None},
    "old_photo": {("fading", "gamma"): (0.7, 1.4), ("scratches", "width"): (0.6, 2)},
    "cctv": {("downsample", "factor"): (2.5, 12), ("video_compression", "qp"): (26, 42)},
}
SHARES = {  # of samples that have the stage
    "gpen": {"grey": 0.2, "blur": 1, "noise": 1},
    "gpen_64": {"grey": 0.2, "blur": 1, "noise": 1},
    "gpen_64_heavy": {"grey": 0.2, "blur": 1, "noise": 1},
    "gpen_paper": {"grey": 0.2},
    "gfpgan": {"grey": 0.01, "colour_shift": 0.3, "colour_jitter": 0.3},
    "codeformer": {"blur": 0.5, "heavy_blur": 0.5, "compression": 0.5, "heavy_compression": 0.5},
    "codeformer_heavy": {"blur": 1},
    "restoreformer_pp": {"shift": 0.2, "haze": 0.008, "patch": 0.1, "grey": 0.008, "grey_again": 0.008},
    "real_esrgan": {"second_blur": 0.8, "ringing": 0.4, "late_ringing": 0.4, "late_resize_back": 0.5},
    "mild": {"blur": 1},
    "old_photo": {"grey": 0.7, "fading": 0.9, "scratches": 0.75},
    "cctv": {"grey": 0.3, "motion_blur": 0.6, "low_light": 0.8, "interlacing": 0.5},
}
ESRGAN_KINDS = {
    "isotropic": 0.45 * 0.9,
    "anisotropic": 0.25 * 0.9,
    "generalized_isotropic": 0.12 * 0.9,
    "generalized_anisotropic": 0.03 * 0.9,
    "plateau_isotropic": 0.12 * 0.9,
    "plateau_anisotropic": 0.03 * 0.9,
    "sinc": 0.1,
}
HALF = {"isotropic": 0.5, "anisotropic": 0.5}
KINDS = {  # shares of the kinds of blur
    ("gpen", "blur"): HALF,
    ("gpen_64", "blur"): HALF,
    ("gpen_64_heavy", "blur"): HALF,
    ("gpen_paper", "blur"): HALF,
    ("gfpgan", "blur"): HALF,
    ("codeformer", "blur"): HALF,
    ("codeformer", "heavy_blur"): HALF,
    ("codeformer_heavy", "blur"): HALF,
    ("restoreformer_pp", "blur"): HALF,
    ("real_esrgan", "blur"): ESRGAN_KINDS,
    ("real_esrgan", "second_blur"): ESRGAN_KINDS,
    ("real_esrgan", "ringing"): {"sinc": 1},
}


@pytest.fixture(scope="module")
def drawn(preset):
    """A function that returns what a preset draws, at 512 px: a dict of the stages' values a sample."""
    known = {}

    def draw(name: str) -> list[dict]:
        if name not in known:
            chain, frame = build_chain(**preset(name)), Frame(1.0, (512, 512))
            plans = (chain.draw(frame, np.random.default_rng([1, index])) for index in range(SAMPLES))
            known[name] = [{label: values for label, _, values in plan} for plan in plans]
        return known[name]

    return draw


def column(samples: list[dict], label: str, parameter: str) -> np.ndarray:
    return np.array([s[label][parameter] for s in samples if parameter in s.get(label, {})])


def assert_uniform(values: np.ndarray, low: float, high: float) -> None:
    """Mean and quantiles of the uniform distribution, within OF_QUANTILES or its share of fewer draws."""
    assert low <= values.min()
    assert values.max() <= high
    tolerance = OF_QUANTILES * np.sqrt(SAMPLES / len(values)) * (high - low)
    assert values.mean() == pytest.approx((low + high) / 2, abs=tolerance / 2)
    np.testing.assert_allclose(np.quantile(values, QUANTILES), low + (high - low) * QUANTILES, atol=tolerance)


@pytest.mark.parametrize("name", RANGES)
def test_ranges_are_drawn_uniformly(drawn, name):
    for (label, parameter), ends in RANGES[name].items():
        if ends is not None:
            assert_uniform(column(drawn(name), label, parameter), *ends)


@pytest.mark.parametrize("name", SHARES)
def test_stages_come_in_their_shares(drawn, name):
    for label, share in SHARES[name].items():
        found = np.mean([label in sample for sample in drawn(name)])
        assert found == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / SAMPLES))


@pytest.mark.parametrize(("name", "label"), KINDS)
def test_kinds_of_blur_come_in_their_shares(drawn, name, label):
    kinds = [sample[label]["kind"] for sample in drawn(name) if label in sample]
    assert set(kinds) <= set(KINDS[name, label])
    for kind, share in KINDS[name, label].items():
        assert kinds.count(kind) / len(kinds) == pytest.approx(
            share, abs=4 * np.sqrt(share * (1 - share) / len(kinds))
        )


@pytest.mark.parametrize("name", sorted(set(SHARES) - {"real_esrgan", "mild", "old_photo", "cctv"}))
def test_kernels_have_the_published_size(drawn, name):
    sizes = {2 * size + 1 for size in column(drawn(name), "blur", "radius")}
    assert sizes == ({39, 41} if name == "restoreformer_pp" else {41})


@pytest.mark.parametrize(
    ("order", "blur", "scale", "directions", "gaussian", "poisson"),
    [
        ("{}", (0.2, 3), (0.15, 1.5), (0.2, 0.7, 0.1), (1, 30), (0.05, 3)),
        ("second_{}", (0.2, 1.5), (0.3, 1.2), (0.3, 0.4, 0.3), (1, 25), (0.05, 2.5)),
    ],
)
def test_real_esrgan_of_both_orders(drawn, order, blur, scale, directions, gaussian, poisson):
    samples, label = drawn("real_esrgan"), order.format
    assert_uniform(column(samples, label("blur"), "sigma_x"), *blur)
    assert {2 * radius + 1 for radius in column(samples, label("blur"), "radius")} == set(range(7, 22, 2))
    scales = column(samples, label("rescale"), "scale")
    found = [(scales > 1).mean(), (scales < 1).mean(), (scales == 1).mean()]
    assert found == pytest.approx(directions, abs=0.045)
    assert_uniform(scales[scales > 1], 1, scale[1])
    assert_uniform(scales[scales < 1], scale[0], 1)
    kinds = column(samples, label("noise"), "kind")
    assert (kinds == "gaussian").mean() == pytest.approx(0.5, abs=0.045)
    assert column(samples, label("noise"), "grey").mean() == pytest.approx(0.4, abs=0.045)
    strengths = column(samples, label("noise"), "strength")
    assert_uniform(strengths[kinds == "gaussian"], *gaussian)
    assert_uniform(strengths[kinds == "poisson"], *poisson)
    assert_uniform(column(samples, label("compression"), "quality"), 30, 95)
    betas = [s[label("blur")] for s in samples if s.get(label("blur"), {}).get("beta")]
    generalized = np.array([b["beta"] for b in betas if b["kind"].startswith("generalized")])
    plateau = np.array([b["beta"] for b in betas if b["kind"].startswith("plateau")])
    assert (generalized < 1).mean() == pytest.approx(0.5, abs=0.12)
    assert_uniform(generalized[generalized < 1], 0.5, 1)
    assert_uniform(generalized[generalized >= 1], 1, 4)
    assert_uniform(plateau, 1, 2)


def test_codeformer_takes_all_of_a_sample_from_one_set(drawn):
    for sample in drawn("codeformer"):
        heavy = {label.startswith("heavy_") for label in sample if label != "resize_back"}
        assert len(heavy) == 1


def test_the_squares_of_restoreformer_have_its_sides(drawn):
    sides = column(drawn("restoreformer_pp"), "patch", "side")
    assert_uniform(sides, 128, 256)


@pytest.mark.parametrize("name", ["gpen", "gpen_paper", "restoreformer_pp", "old_photo", "cctv"])
def test_a_grey_sample_has_a_grey_target(preset, face, name):
    values, clean = preset(name), face(32)
    if "sets" in values:
        values["sets"] = dict.fromkeys(values["sets"], 1)
    chain, found = build_chain(**values), set()
    for index in range(30):
        _, target, parameters = chain.explain(clean, np.random.default_rng([2, index]))
        is_grey = np.ptp(target, axis=2).max() == 0
        assert is_grey == ("grey" in parameters)
        assert is_grey or "shift" in parameters or target is clean
        found.add(is_grey)
    assert found == {True, False}


@pytest.mark.parametrize("name", ["gfpgan", "codeformer", "codeformer_heavy", "real_esrgan", "mild"])
def test_the_others_leave_the_target_alone(preset, face, name):
    values, clean = preset(name), face(32)
    for settings in values["stages"].values():
        settings.update({"p": 1.0} if "p" in settings else {})
    for index in range(10):
        degraded, target = build_chain(**values)(clean, np.random.default_rng(index))
        assert target is clean
        assert degraded.shape == clean.shape
