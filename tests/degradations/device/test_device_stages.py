"""Every stage of the device against the CPU's, on images of several sizes in one batch."""

import math

import numpy as np
import pytest
import torch

from gpen_train.degradations import kernels
from gpen_train.degradations.blur import blur, kernel_of
from gpen_train.degradations.colour import ColourJitter, ColourShift, Grey
from gpen_train.degradations.device.chain import STAGES
from gpen_train.degradations.device.jpeg import jpeg, quantization_tables
from gpen_train.degradations.device.noise import noise
from gpen_train.degradations.device.resize import resize
from gpen_train.degradations.jpeg import compress
from gpen_train.degradations.resize import resize as cpu_resize

SIZES = ((96, 80), (33, 47), (7, 5))  # the last is smaller than most kernels


@pytest.fixture
def images(picture):
    """uint8 [h, w, 3] of several sizes."""
    return [picture(*size) for size in SIZES]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(
    "values",
    [
        {"kind": "isotropic", "radius": 20, "sigma_x": 3.0},
        {"kind": "anisotropic", "radius": 20, "sigma_x": 7.0, "sigma_y": 1.0, "angle": 0.4},
        {"kind": "generalized_isotropic", "radius": 9, "sigma_x": 2.0, "beta": 0.7},
        {"kind": "plateau_isotropic", "radius": 7, "sigma_x": 2.0, "beta": 1.5},
        {"kind": "sinc", "radius": 10, "cutoff": 0.4},
        {"kind": "motion", "length": 11.0, "angle": 0.7},
        {"kind": "defocus", "disk_radius": 4.2},
    ],
    ids=lambda values: values["kind"],
)
def test_blur(images, planar, compare, dtype, values):
    images = [image.astype(dtype) for image in images]
    expected = [blur(image, kernel_of(values)) for image in images]
    found = STAGES["blur"](planar(images), [values] * len(images))
    assert compare(found, expected) > 90  # dB: both in floats


def test_kernels_of_one_batch_may_differ(images, planar, compare):
    drawn = [
        {"kind": "isotropic", "radius": 20, "sigma_x": 0.1},  # does nothing
        {"kind": "motion", "length": 31.0, "angle": 2.0},
        {"kind": "isotropic", "radius": 3, "sigma_x": 1.0},
    ]
    given = zip(images[1:], drawn[1:], strict=True)
    expected = [images[0], *(blur(image, kernel_of(values)) for image, values in given)]
    assert compare(STAGES["blur"](planar(images), drawn), expected) > 90


def test_a_kernel_is_not_turned_around(images, planar, compare, monkeypatch):
    lopsided = np.zeros((5, 5), np.float32)
    lopsided[0, 1], lopsided[3, 4] = 0.25, 0.75
    monkeypatch.setattr(kernels, "defocus", lambda radius: lopsided)
    values = {"kind": "defocus", "disk_radius": 1.0}
    expected = [blur(image, kernel_of(values)) for image in images]
    assert compare(STAGES["blur"](planar(images), [values] * 3), expected) > 90


@pytest.mark.parametrize("kind", ["bilinear", "bicubic", "area"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(
    "sizes", [((40, 30), (20, 40), (3, 2)), ((101, 96), (33, 90), (96, 80)), ((1, 1),) * 3]
)
def test_resize(images, planar, compare, kind, dtype, sizes):
    images = [image.astype(dtype) for image in images]
    expected = [cpu_resize(image, size, kind) for image, size in zip(images, sizes, strict=True)]
    found = resize(planar(images), sizes, [kind] * 3)
    # In whole levels OpenCV computes with 11 bits, and half a level is rounded either way.
    assert compare(found, expected) > (50 if dtype == np.uint8 else 80)


def test_interpolations_of_one_batch_may_differ(images, planar, compare):
    sizes, kinds = [(40, 30), (33, 47), (14, 10)], ["area", "bilinear", "bicubic"]
    images = [image.astype(np.float32) for image in images]
    expected = [cpu_resize(*job) for job in zip(images, sizes, kinds, strict=True)]
    assert compare(resize(planar(images), sizes, kinds), expected) > 80


@pytest.mark.parametrize("quality", [1, 10, 30, 49, 50, 75, 95, 100])
def test_jpeg_equals_opencvs_encoder(images, planar, compare, quality):
    expected = [compress(image, quality) for image in images]
    found = jpeg(planar(images), [quality] * 3)
    assert compare(found, expected) > 55  # where a cosine lies between two steps, either may be taken
    for tensor, array in zip(found, expected, strict=True):
        assert (tensor.permute(1, 2, 0).numpy() == array).mean() > 0.95


def test_jpeg_of_floats_at_several_qualities(images, planar, compare):
    images = [1.3 * image.astype(np.float32) - 30 for image in images]  # beyond black and white
    expected = [compress(image, quality) for image, quality in zip(images, (20, 60, 90), strict=True)]
    assert compare(jpeg(planar(images), (20, 60, 90)), expected) > 55


def test_quantization_tables_are_the_standards_at_50_and_scale():
    tables = quantization_tables([50, 100, 1, 90])
    assert tables[0, 0, 0].tolist() == [16, 11, 10, 16, 24, 40, 51, 61]
    assert tables[0, 1, 3].tolist() == [47, 66, 99, 99, 99, 99, 99, 99]
    assert (tables[1] == 1).all()
    assert (tables[2] == 255).all()
    assert tables[3, 0, 0].tolist() == [3, 2, 2, 3, 5, 8, 10, 12]


def gaussian(strength, seed, grey=False):
    return {"kind": "gaussian", "strength": strength, "grey": grey, "seed": seed}


def levels_of(images):
    """Checked to be whole."""
    assert all(image.dtype == torch.uint8 for image in images)
    return [image.float() for image in images]


def test_gaussian_noise_has_its_deviation():
    flat = [torch.full((3, 128, 96), 100.0), torch.full((3, 64, 128), 200.0)]
    loud, soft = levels_of(noise(flat, [gaussian(20.0, 1), gaussian(3.0, 2)]))
    for image, level, sigma in ((loud, 100, 20), (soft, 200, 3)):
        assert float(image.mean()) == pytest.approx(level, abs=4 * sigma / math.sqrt(image.numel()))
        assert float(image.std()) == pytest.approx(sigma, rel=0.02)
    assert np.abs(np.corrcoef(loud.flatten(1).numpy()) - np.eye(3)).max() < 0.04


def test_poisson_noise_grows_with_the_light():
    flat = [torch.full((3, 128, 128), level) for level in (0.0, 25.0, 144.0)]
    drawn = [{"kind": "poisson", "strength": 2.0, "grey": False, "seed": n} for n in range(3)]
    dark, dim, bright = levels_of(noise(flat, drawn))
    assert torch.equal(dark, flat[0])
    assert float(dim.std()) == pytest.approx(2 * 5, rel=0.03)
    assert float(bright.std()) == pytest.approx(2 * 12, rel=0.03)
    skewness = ((bright - bright.mean()) ** 3).mean() / bright.std() ** 3
    assert float(skewness) == pytest.approx(1 / 12, abs=0.03)


@pytest.mark.parametrize("kind", ["gaussian", "poisson"])
def test_grey_noise_is_the_same_in_the_channels(kind):
    flat = [torch.full((3, 16, 16), 50.0)]
    noisy = levels_of(noise(flat, [{"kind": kind, "strength": 1.0, "grey": True, "seed": 4}]))[0]
    assert torch.equal(noisy[:1].expand(3, -1, -1), noisy)
    assert float(noisy.std()) > 0.5


def test_noise_depends_on_the_seed_and_on_no_other_image(images, planar):
    small, tensors = planar(images)[2], planar(images)
    alone = noise([small], [gaussian(9.0, 7)])[0]
    among = noise([*tensors[:2], small], [gaussian(5.0, 1), gaussian(5.0, 2), gaussian(9.0, 7)])[2]
    assert torch.equal(alone, among)
    assert not torch.equal(alone, noise([small], [gaussian(9.0, 8)])[0])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(
    ("stage", "values"),
    [
        (Grey(), {}),
        (ColourShift(), {"levels": [20.3, -15.8, 0.0]}),
        (ColourShift(), {"levels": [150.0, -150.0, 3.0]}),
        (ColourJitter(), {"brightness": 1.3, "contrast": 0.6, "saturation": 1.4, "hue": 0.0}),
        (ColourJitter(), {"brightness": 0.7, "contrast": 1.4, "saturation": 0.3, "hue": -0.1}),
        (ColourJitter(), {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.3}),
    ],
)
def test_colour(images, planar, compare, dtype, stage, values):
    name = {Grey: "grey", ColourShift: "colour_shift", ColourJitter: "colour_jitter"}[type(stage)]
    images = [image.astype(dtype) for image in images]
    expected = [stage.apply(image, **values) for image in images]
    found = STAGES[name](planar(images), [values] * 3)
    # Half a level is rounded either way, and a colour may turn by more where it is nearly grey.
    assert compare(found, expected) > 46
