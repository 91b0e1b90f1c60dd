"""PSNR of degraded against clean drawn faces, as scripts/bench/psnr.py finds it by the plain definitions.

The plain stages take the same plans with float32 throughout, full kernels and NumPy's noise. What is left
between the two is another noise, less rounding and the coarse grid of wide blurs.
"""

import numpy as np
import pytest

from gpen_train.degradations.chain import build_chain
from gpen_train.drawn import draw_face

FACES, SAMPLES, RESOLUTION = 4, 64, 256
TOLERANCE = (0.1, 0.5, 0.5, 0.5)  # dB: of the mean, and of quantiles, which few samples decide
RECORDED = {  # mean, and quantiles of 10, 50 and 90 %, dB
    "cctv": (17.61, 11.66, 16.70, 24.25),
    "codeformer": (24.28, 20.08, 23.91, 28.42),
    "codeformer_heavy": (22.02, 19.34, 21.74, 25.48),
    "gfpgan": (23.28, 15.17, 24.44, 28.32),
    "gpen": (27.10, 24.93, 26.80, 30.12),
    "gpen_64": (23.78, 21.09, 23.17, 27.61),
    "gpen_64_heavy": (19.06, 17.77, 18.90, 20.77),
    "gpen_paper": (14.49, 6.61, 14.35, 20.70),
    "mild": (32.73, 29.96, 32.55, 35.41),
    "old_photo": (20.08, 15.20, 19.81, 24.67),
    "real_esrgan": (25.89, 22.13, 26.18, 28.80),
    "restoreformer_pp": (26.87, 24.42, 27.14, 29.02),
}


@pytest.fixture(scope="module")
def faces():
    return [draw_face(0, index, RESOLUTION) for index in range(FACES)]


@pytest.mark.parametrize("name", RECORDED)
def test_the_distribution_of_psnr_is_that_of_the_definition(preset, faces, name):
    chain, found = build_chain(**preset(name)), []
    for index in range(SAMPLES):
        degraded, target = chain(faces[index % FACES], np.random.default_rng([3, index]))
        error = np.square(degraded - target.astype(np.float32)).mean(dtype=np.float64)
        found.append(10 * np.log10(255**2 / error))
    values = [np.mean(found), *np.quantile(found, [0.1, 0.5, 0.9])]
    assert (np.abs(np.subtract(values, RECORDED[name])) < TOLERANCE).all(), values


def test_every_preset_is_recorded(presets):
    assert set(RECORDED) == set(presets)
