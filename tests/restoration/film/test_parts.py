"""Parts of a film: what is kept of a run that was stopped, and how they become one film with its sound."""

from itertools import islice

import numpy as np
import pytest

pytest.importorskip("av", reason='pip install "gpen-train[film]"')

import av

from gpen_train.restoration.film.codecs import CODECS, encoding_for
from gpen_train.restoration.film.convert import as_it_was
from gpen_train.restoration.film.facts import read_facts
from gpen_train.restoration.film.join import check_fits, join
from gpen_train.restoration.film.parts import PartsFolder
from gpen_train.restoration.film.read import Frames

TIMES = (1000 + np.cumsum(np.random.default_rng(0).integers(200, 6000, 40))).tolist()


@pytest.fixture
def film(write_film, moving_portrait, tmp_path):
    """Forty frames at a rate that varies much, the first of them late."""
    return write_film(tmp_path / "film.mp4", moving_portrait(40), TIMES)


def fill(folder: PartsFolder, film, encoding, lengths):
    """Write the film's frames on, in parts of these lengths."""
    facts = read_facts(film)
    frames = ((as_it_was(frame, facts, encoding.pixel_format), 1) for frame in Frames(film))
    going = islice(frames, folder.num_frames, None)
    for length in lengths:
        assert folder.add(islice(going, length), encoding, facts) == length


@pytest.mark.parametrize("codec", CODECS)
def test_parts_become_one_film(film, tmp_path, read_film, codec):
    out = tmp_path / "out.mp4"
    encoding = encoding_for(out, 8, codec)
    folder = PartsFolder(out, {})
    fill(folder, film, encoding, (13, 1, 2, 24))
    join(film, folder.parts(), out, read_facts(film), until_pictures_end=False)
    before, after = read_film(film), read_film(out)
    assert after.times == before.times
    assert after.sound == before.sound
    assert after.heard == before.heard
    for one, other in zip(before.pictures, after.pictures, strict=True):
        assert np.abs(one.astype(int) - other).mean() < 4
    with av.open(str(out)) as container:
        decoded = [packet.dts for packet in container.demux(video=0) if packet.size]
        stream = container.streams.video[0]
        assert stream.duration == TIMES[-1] - TIMES[0] + TIMES[-1] - TIMES[-2]
        assert stream.frames == 40
        frame = next(Frames(out).__iter__())
        assert (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc) == (1, 1, 1, 1)
        assert stream.codec_context.codec.canonical_name == {"h265": "hevc"}.get(codec, codec)
    assert decoded == sorted(set(decoded))


def test_a_run_goes_on_after_whole_parts(film, tmp_path):
    out, encoding = tmp_path / "out.mp4", encoding_for(tmp_path / "out.mp4", 8)
    fill(PartsFolder(out, {"crf": 16}), film, encoding, (10, 5))

    def broken():
        yield from islice(((frame, 1) for frame in Frames(film)), 15, 20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PartsFolder(out, {"crf": 16}).add(broken(), encoding, read_facts(film))
    (tmp_path / ".out.mp4.parts" / "000000015.nut").write_bytes(b"killed before its .json was written")
    folder = PartsFolder(out, {"crf": 16})
    assert folder.num_frames == 15
    assert [part.num_faces for part in folder.parts()] == [10, 5]
    fill(folder, film, encoding, (25,))
    assert [time for part in PartsFolder(out, {"crf": 16}).parts() for time in part.times] == TIMES
    assert PartsFolder(out, {"crf": 20}).num_frames == 0


def test_a_film_of_one_frame(write_film, moving_portrait, tmp_path, read_film):
    film = write_film(tmp_path / "film.mp4", moving_portrait(1), sound=False)
    out, encoding = tmp_path / "out.mp4", encoding_for(tmp_path / "out.mp4", 8)
    folder = PartsFolder(out, {})
    fill(folder, film, encoding, (1,))
    join(film, folder.parts(), out, read_facts(film), until_pictures_end=False)
    assert read_film(out).times == [0]
    assert read_facts(out).rate == 25


def test_an_unfinished_film_has_the_sound_of_its_pictures(film, tmp_path, read_film):
    out, encoding = tmp_path / "out.mp4", encoding_for(tmp_path / "out.mp4", 8)
    folder = PartsFolder(out, {})
    fill(folder, film, encoding, (20,))
    join(film, folder.parts(), out, read_facts(film), until_pictures_end=True)
    found, whole = read_film(out), read_film(film)
    assert found.times == whole.times[:20]
    assert found.sound == whole.sound[: len(found.sound)]
    assert abs(found.heard[-1] - float(found.times[-1])) < 0.03


@pytest.mark.parametrize(
    ("name", "codec", "what"),
    [("out.webm", None, "audio in aac"), ("out.webm", "h264", "h264"), ("out.mov", "vp9", "vp9 and aac")],
)
def test_a_container_that_cannot_hold_it(film, tmp_path, name, codec, what):
    encoding = encoding_for(tmp_path / name, 8, codec)
    with pytest.raises(ValueError, match=rf"cannot hold {what}; choose a name that ends in .mp4"):
        check_fits(film, tmp_path / name, encoding, read_facts(film))
    check_fits(film, tmp_path / "out.mkv", encoding, read_facts(film))


def test_which_encoding(tmp_path):
    chosen = [
        encoding_for(tmp_path / name, bits) for name, bits in (("a.mp4", 8), ("a.mp4", 10), ("a.webm", 8))
    ]
    assert [encoding.codec for encoding in chosen] == ["h264", "h265", "vp9"]
    assert [encoding.pixel_format for encoding in chosen] == ["yuv420p", "yuv420p10le", "yuv420p"]
    assert chosen[0].options == {"preset": "medium", "crf": "16"}
    with pytest.raises(ValueError, match=r"--crf is 52; for h264 expected 0 \(best\) to 51, such as 16"):
        encoding_for(tmp_path / "a.mp4", 8, crf=52)
    with pytest.raises(ValueError, match="choose one of: h264, h265, vp9, av1"):
        encoding_for(tmp_path / "a.mp4", 8, "divx")
