"""A drawn face is a pure function of (seed, index), the same person at every resolution, in FFHQ's place."""

import cv2
import numpy as np
import pytest

from gpen_train.drawn import draw_face
from gpen_train.drawn.casting import draw_person
from gpen_train.drawn.geometry import Camera, Outline


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    error = np.mean((first.astype(np.float64) - second) ** 2)
    return float(10 * np.log10(255**2 / error))


def test_same_arguments_give_the_same_picture():
    np.testing.assert_array_equal(draw_face(3, 5, 64), draw_face(3, 5, 64))


def test_the_number_of_threads_does_not_matter():
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = draw_face(3, 6, 256)
        cv2.setNumThreads(4)
        np.testing.assert_array_equal(draw_face(3, 6, 256), alone)
    finally:
        cv2.setNumThreads(threads)


def test_seed_and_index_both_count():
    pictures = [draw_face(seed, index, 64) for seed in (0, 1) for index in (0, 1)]
    for i, first in enumerate(pictures):
        for second in pictures[i + 1 :]:
            assert psnr(first, second) < 25


@pytest.mark.parametrize("resolution", [32, 64, 100, 256])
def test_any_resolution(resolution):
    face = draw_face(0, 1, resolution)
    assert face.shape == (resolution, resolution, 3)
    assert face.dtype == np.uint8
    assert face.std() > 20


@pytest.mark.parametrize("resolution", [31, 2049, 0, -64])
def test_resolution_out_of_range(resolution):
    with pytest.raises(ValueError, match=f"resolution is {resolution}; .*32 to 2048"):
        draw_face(0, 0, resolution)


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize(("small", "large"), [(64, 256), (128, 512), (256, 512)])
def test_smaller_is_the_same_picture_with_less_detail(index, small, large):
    reduced = cv2.resize(draw_face(1, index, large), (small, small), interpolation=cv2.INTER_AREA)
    assert psnr(draw_face(1, index, small), reduced) > 25


def test_detail_grows_with_the_resolution():
    """What 512 px hold beyond 128 px is more than nothing: strands, lashes and pores appear."""
    for index in range(4):
        large = draw_face(2, index, 512).astype(np.float32)
        coarse = cv2.resize(draw_face(2, index, 128), (512, 512), interpolation=cv2.INTER_CUBIC)
        assert np.abs(large - coarse).mean() > 2


def test_eyes_and_mouth_are_where_ffhq_has_them():
    expected = {(-0.125, 0.469): (385, 480), (0.125, 0.469): (640, 480), (0, 0.698): (513, 715)}
    for index in range(40):
        camera = Camera(draw_person(np.random.default_rng([9, index])).head)
        for place, pixel in expected.items():
            found = camera.project(np.float32(place)) * 1024
            assert np.abs(found - pixel).max() < 45, f"face {index}: {place} lies at {found}"


def test_pupils_are_dark_against_the_whites():
    """Over many faces the mean picture is darker at the pupils than at the cheeks below them."""
    mean = np.mean([draw_face(4, index, 64) for index in range(24)], axis=(0, 3))
    for column in (24, 40):
        pupil = mean[28:32, column - 1 : column + 2].min()
        cheek = mean[36:38, column - 1 : column + 2].mean()
        assert pupil < cheek - 15


def test_camera_inverts_its_projection():
    head = draw_person(np.random.default_rng([9, 0])).head
    camera = Camera(head)
    x, y = camera.face_grid(64)
    ticks = (np.arange(64) + 0.5) / 64
    frame = camera.project(np.stack([x, y], axis=-1))
    inner = slice(12, 52)
    np.testing.assert_allclose(
        frame[inner, inner, 0], np.broadcast_to(ticks, (64, 64))[inner, inner], atol=4e-3
    )
    np.testing.assert_allclose(
        frame[inner, inner, 1].T, np.broadcast_to(ticks, (64, 64))[inner, inner], atol=4e-3
    )


def test_reach_is_one_on_the_outline():
    outline = Outline(draw_person(np.random.default_rng([9, 1])).head)
    x, y = outline.polygon.T
    np.testing.assert_allclose(outline.reach(x[None], y[None]), 1, atol=0.01)
