"""What wears photos and what cameras do: the device's stages against the CPU's."""

import numpy as np
import pytest
import torch

from gpen_train.degradations.device.chain import STAGES
from gpen_train.degradations.stage import Frame
from gpen_train.degradations.stages import STAGES as CPU_STAGES

SIZES = ((96, 80), (33, 47), (64, 64))  # of the images of a batch


def rows(names: str, *values: tuple) -> list[dict]:
    """What is drawn for each image."""
    return [dict(zip(names.split(), row, strict=True)) for row in values]


DRAWN = {
    "haze": rows("alpha", (0.75,), (0.9,), (1.0,)),
    "shift": rows("right down", (5, -9), (-31, 0), (0, 80)),
    "interlacing": rows("motion single", (0.03, False), (-0.02, False), (0.01, True)),
    "low_light": rows(
        "gain gamma saturation cast",
        (0.4, 1.7, 0.2, [1.05, 1.0, 0.9]),
        (0.9, 1.0, 0.9, [0.95, 1.0, 1.1]),
        (0.6, 0.8, 0.5, [1.1, 1.0, 0.8]),
    ),
    "fading": rows(
        "gamma ink paper tone", (0.7, 60.0, 200.0, 0.0), (1.4, 0.0, 255.0, 1.0), (1.0, 30.0, 180.0, 0.4)
    ),
    "paper": rows(
        "kind grain strength seed",
        ("fibre", 2.3, 8.0, 2**31 + 5),
        ("silk", 5.0, 8.0, 6),
        ("mottle", 1.0, 8.0, 7),
    ),
    "video_compression": rows("qp", (20,), (33,), (44,)),
}
ALIKE = {  # dB between device and CPU; from uint8 where that is less
    "haze": {np.uint8: 50, np.float32: 90},
    "shift": {np.uint8: 90, np.float32: 90},
    "interlacing": {np.uint8: 40, np.float32: 40},  # OpenCV moves by whole 32nds of a pixel
    "low_light": {np.uint8: 90, np.float32: 90},
    "fading": {np.uint8: 60, np.float32: 60},
    "paper": {np.uint8: 60, np.float32: 60},
    "video_compression": {np.uint8: 42, np.float32: 42},
}


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("name", DRAWN)
def test_stage(picture, planar, compare, name, dtype):
    images, drawn, stage = [picture(*size).astype(dtype) for size in SIZES], DRAWN[name], CPU_STAGES[name]()
    expected = [stage.apply(image, **values) for image, values in zip(images, drawn, strict=True)]
    found = STAGES[name](planar(images), drawn)
    assert compare(found, expected) > ALIKE[name][dtype]
    for image, result in zip(planar(images), found, strict=True):
        assert values_differ(image, result) or name == "haze"


def values_differ(image, result):
    return not torch.equal(image.float(), result.float())


def test_scratches(picture, planar, compare):
    stage = CPU_STAGES["scratches"](scratches=8, creases=1, specks=30, p=1)
    images, frame = [255 - picture(*size) // 4 for size in SIZES], Frame(0.5, (64, 64))  # brighter than paper
    drawn = [stage.draw(np.random.default_rng(seed), frame) for seed in range(len(images))]
    expected = [stage.apply(image, **values) for image, values in zip(images, drawn, strict=True)]
    found = STAGES["scratches"](planar(images), drawn)
    assert compare(found, expected) > 60
    assert values_differ(planar(images)[0], found[0])
