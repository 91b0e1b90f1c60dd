"""Frames and pictures: turned as the film says, and the same colours back."""

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("av", reason='pip install "gpen-train[film]"')

from av.video.frame import VideoFrame

from gpen_train.restoration.film.convert import as_it_was, to_frame, to_levels, to_photo, turned
from gpen_train.restoration.film.facts import Colours, Facts, read_facts

TURNS = [
    np.array(rows)
    for rows in (
        [[1, 0], [0, 1]],
        [[-1, 0], [0, 1]],
        [[1, 0], [0, -1]],
        [[-1, 0], [0, -1]],
        [[0, 1], [1, 0]],
        [[0, -1], [1, 0]],
        [[0, 1], [-1, 0]],
        [[0, -1], [-1, 0]],
    )
]


def facts(turn=TURNS[0], matrix=1, range_=1, bits=8, width=64, height=48) -> Facts:
    colours, second = Colours(matrix, range_, 1, 1), Fraction(1)
    return Facts(width, height, turn, second / 25, 25 * second, 1, bits, colours, False, False)


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_turned_equals_its_definition(turn):
    levels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    found = turned(levels, turn)
    height, width = found.shape[:2]
    for y in range(4):
        for x in range(6):
            across, down = np.array([x - 2.5, y - 1.5]) @ turn
            place = found[round(down + (height - 1) / 2), round(across + (width - 1) / 2)]
            np.testing.assert_array_equal(place, levels[y, x])


@pytest.mark.parametrize("matrix", [1, 5, 6, 9, 2])
@pytest.mark.parametrize("range_", [0, 1, 2])
def test_colours_come_back(matrix, range_):
    film = facts(matrix=matrix, range_=range_)
    levels = np.zeros((48, 64, 3), np.uint8)
    levels[:, :32], levels[:, 32:] = (200, 40, 60), (20, 150, 220)
    frame = to_frame(levels, film, "yuv420p")
    inside = np.s_[:, [8, 24, 40, 56]]  # chroma has half of the pixels: not at the border of both colours
    assert np.abs(to_levels(frame, film, 8)[inside].astype(int) - levels[inside]).max() <= 3
    luma = frame.to_ndarray()[:48, :64]
    weights = {1: (0.2126, 0.7152, 0.0722), 9: (0.2627, 0.678, 0.0593)}.get(matrix, (0.299, 0.587, 0.114))
    expected = levels @ np.array(weights)
    if range_ != 2:
        expected = 16 + expected * 219 / 255
    assert np.abs(luma - expected)[inside].max() <= 1.5


def test_ten_bits_stay_ten_bits():
    film = facts(bits=10)
    levels = np.repeat(np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None], 48, axis=0)
    levels = np.repeat(levels, 3, axis=2)
    frame = to_frame(levels, film, "yuv420p10le")
    photo = to_photo(frame, film)
    assert photo.pixels.dtype == np.uint16
    assert np.abs(photo.pixels.astype(int) - levels).max() < 1.5 * 65535 / 876
    assert len(np.unique(photo.pixels[..., 1])) == 64


def test_a_frame_that_is_not_changed_is_the_very_frame():
    frame = VideoFrame.from_ndarray(
        np.random.default_rng(0).integers(16, 235, (72, 64), dtype=np.uint8), format="yuv420p"
    )
    np.testing.assert_array_equal(as_it_was(frame, facts(), "yuv420p").to_ndarray(), frame.to_ndarray())


@pytest.mark.parametrize("display", [(0,), (90,), (180,), (-90,), (90, True), (0, True)])
def test_a_film_on_its_side_is_seen_upright(write_film, moving_portrait, tmp_path, display):
    upright = moving_portrait(1)[0]
    degrees, *mirrored = display
    stored = upright[:, ::-1] if mirrored else upright
    stored = np.ascontiguousarray(np.rot90(stored, -degrees // 90))  # rot90 and degrees: against the clock
    path = write_film(tmp_path / "film.mp4", [stored] * 2, display=display, sound=False)
    film = read_facts(path)
    import av

    with av.open(str(path)) as container:
        found = to_levels(next(container.decode(video=0)), film, 8)
    assert found.shape == upright.shape
    assert np.abs(found.astype(int) - upright).mean() < 6


def test_oblong_pixels_become_square_and_odd_sides_even(write_film, moving_portrait, tmp_path):
    path = write_film(tmp_path / "film.mp4", moving_portrait(2), pixels_wide=Fraction(16, 11), sound=False)
    assert (read_facts(path).width, read_facts(path).height) == (280, 128)
    odd = [picture[:127, :191] for picture in moving_portrait(2)]
    path = write_film(
        tmp_path / "odd.mkv",
        map(np.ascontiguousarray, odd),
        sound=False,
        codec="ffv1",
        pixel_format="yuv444p",
    )
    film = read_facts(path)
    assert (film.width % 2, film.height % 2) == (0, 0)
    assert abs(film.width - 191) == abs(film.height - 127) == 1
