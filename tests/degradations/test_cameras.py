"""What surveillance cameras do: low light, interlacing, video compression; and a shift, haze, rescaling."""

import cv2
import numpy as np
import pytest

from gpen_train.degradations.colour import haze
from gpen_train.degradations.geometry import Shift, shift_image
from gpen_train.degradations.interlacing import Interlacing, double_lines, interlace
from gpen_train.degradations.low_light import LowLight, darken
from gpen_train.degradations.resize import Rescale
from gpen_train.degradations.stage import Frame
from gpen_train.degradations.video import BLOCK, COSINES, code_plane, compress_video, quantizer_step


@pytest.fixture
def image(face):
    return face(96)


FRAME = Frame(1.0, (512, 512))


def draws(stage, count: int, frame: Frame = FRAME) -> list[dict]:
    return [stage.draw(np.random.default_rng(seed), frame) for seed in range(count)]


def test_darkening_equals_its_formula(image):
    luma = np.array([0.299, 0.587, 0.114])
    cast = [1.1, 1.0, 0.8]
    dark = 255 * 0.5 * (image / 255) ** 1.4
    expected = cast * (0.3 * dark + 0.7 * (dark @ luma)[..., None])
    np.testing.assert_allclose(darken(image, 0.5, 1.4, 0.3, cast), expected, atol=0.01)


def test_low_light_is_darker(image):
    for drawn in draws(LowLight(warmth=0), 20):
        assert LowLight().apply(image, **drawn).mean() < image.mean()


def test_interlacing_moves_every_second_row(image):
    woven = interlace(image, 4 / 96)
    np.testing.assert_array_equal(woven[::2], image[::2])
    assert np.abs(woven[1::2, 4:].astype(int) - image[1::2, :-4]).max() <= 1
    np.testing.assert_array_equal(interlace(image, 0.0), image)


@pytest.mark.parametrize("height", [1, 2, 95, 96])
def test_any_number_of_rows_has_fields(image, height):
    assert interlace(image[:height], 0.02).shape == (height, 96, 3)
    doubled = double_lines(image[:height])
    assert doubled.shape == (height, 96, 3)
    np.testing.assert_array_equal(doubled[1::2], image[:height][: 2 * (height // 2) : 2])


def test_motion_goes_to_both_sides():
    motions = [drawn["motion"] for drawn in draws(Interlacing(motion=[0.01, 0.03]), 300)]
    assert np.mean([motion > 0 for motion in motions]) == pytest.approx(0.5, abs=0.08)
    assert all(0.01 <= abs(motion) <= 0.03 for motion in motions)


def test_the_transform_is_orthonormal_and_the_steps_double():
    np.testing.assert_allclose(COSINES @ COSINES.T, np.eye(BLOCK), atol=1e-6)
    assert quantizer_step(34) == pytest.approx(2 * quantizer_step(28))
    assert quantizer_step(4) == 1


def test_a_block_equals_its_definition():
    """With one block there are no edges to smooth: quantized cosines alone."""
    block = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    coefficients = cv2.dct(block.astype(np.float64) - 128) / 2 ** ((30 - 4) / 6)
    levels = np.sign(coefficients) * np.floor(np.abs(coefficients) + 1 / 6)
    expected = cv2.idct(levels * 2 ** ((30 - 4) / 6)) + 128
    np.testing.assert_allclose(code_plane(block, 30), expected.clip(0, 255), atol=0.6)


def test_video_errs_more_as_its_parameter_grows(image):
    errors = [np.abs(compress_video(image, qp).astype(int) - image).mean() for qp in (4, 20, 30, 40, 50)]
    assert errors == sorted(errors)
    assert errors[0] < 2.5  # chroma is halved even so
    assert errors[-1] > 3 * errors[0]


def test_edges_of_blocks_are_smoothed():
    ramp = np.linspace(60, 160, 64)[None].repeat(64, 0).round().astype(np.uint8)
    rows = code_plane(ramp, 40).astype(int)[20]
    steps = np.abs(np.diff(rows))
    assert steps[7::8].max() < 15


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (16, 24), (33, 50)])
def test_frames_of_any_size(shape):
    frame = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert compress_video(frame, 36).shape == frame.shape


@pytest.mark.parametrize(("right", "down"), [(3, 0), (-4, 2), (5, -6), (0, 0)])
def test_a_shift_mirrors_what_comes_in(image, right, down):
    padded = np.pad(image, [(8, 8), (8, 8), (0, 0)], mode="symmetric")
    expected = padded[8 - down : 8 - down + 96, 8 - right : 8 - right + 96]
    np.testing.assert_array_equal(shift_image(image, right, down), expected)


def test_shifts_are_whole_pixels_and_scale():
    for scale in (0.25, 1.0, 4.0):
        drawn = draws(Shift(shift=[-32, 32]), 400, Frame(scale, (512, 512)))
        rights = [values["right"] for values in drawn]
        assert (min(rights), max(rights)) == (-32 * scale, 32 * scale)
        assert all(isinstance(value, int) for value in rights)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_haze_mixes_with_white(image, dtype):
    np.testing.assert_allclose(haze(image.astype(dtype), 0.8), 0.8 * image + 51.0, atol=0.51)


def test_rescaling_goes_up_down_or_nowhere(image):
    stage = Rescale(scale=[0.2, 1.5], directions={"up": 1, "down": 2, "keep": 1})
    for drawn in draws(stage, 30):
        side = int(96 * drawn["scale"])
        assert stage.apply(image, **drawn).shape == (side, side, 3)
    scales = np.array([drawn["scale"] for drawn in draws(stage, 800)])
    assert [(scales > 1).mean(), (scales < 1).mean(), (scales == 1).mean()] == pytest.approx(
        [0.25, 0.5, 0.25], abs=0.05
    )


def test_rescaling_of_the_output_forgets_the_present_size(image):
    stage = Rescale(scale=[0.5, 1], directions={"down": 1}, of_output=True)
    for drawn in draws(stage, 10, Frame(1.0, (64, 48))):
        expected = (int(64 * drawn["scale"]), int(48 * drawn["scale"]), 3)
        assert stage.apply(image, **drawn).shape == expected
