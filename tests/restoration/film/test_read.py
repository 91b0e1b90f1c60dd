"""Frames of films that are whole, of a variable rate, damaged, and no films at all."""

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("av", reason='pip install "gpen-train[film]"')

from gpen_train.restoration.film.facts import read_facts
from gpen_train.restoration.film.read import Frames


@pytest.fixture
def film(write_film, moving_portrait, tmp_path):
    """Forty frames, at a rate that varies."""
    times = np.cumsum(np.random.default_rng(0).integers(300, 3000, 40)).tolist()
    return write_film(tmp_path / "film.mp4", moving_portrait(40), times), times


def test_every_frame_has_its_time(film):
    path, times = film
    frames = Frames(path)
    assert [frame.pts for frame in frames] == times
    assert frames.num_lost == 0
    facts = read_facts(path)
    assert (facts.width, facts.height, facts.num_frames, facts.bits) == (192, 128, 40, 8)
    assert facts.colours == (1, 1, 1, 1)
    assert facts.can_pass
    assert not facts.interlaced


@pytest.mark.parametrize(
    ("name", "codec"), [("h264.avi", "libx264"), ("xvid.avi", "mpeg4"), ("h264.mkv", "libx264")]
)
def test_frames_that_refer_to_others_to_come_follow_each_other_evenly(moving_portrait, tmp_path, name, codec):
    """An AVI has no times: those that are made up for it would jump to and fro."""
    import av

    with av.open(str(tmp_path / name), "w") as out:
        stream = out.add_stream(codec, rate=25, options={"bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 192, 128, "yuv420p"
        for number, picture in enumerate(moving_portrait(12)):
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    times = [float(frame.pts * frame.time_base) for frame in Frames(tmp_path / name)]
    np.testing.assert_allclose(times, np.arange(12) / 25, atol=1e-6)
    assert read_facts(tmp_path / name).num_frames == 12


def test_a_damaged_packet_is_left_out(write_film, moving_portrait, tmp_path):
    import av

    pictures = moving_portrait(20)
    path = write_film(tmp_path / "film.mkv", pictures, codec="mjpeg", pixel_format="yuvj420p", sound=False)
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    content = path.read_bytes()
    path.write_bytes(content.replace(packets[7], bytes(len(packets[7]))))
    frames = Frames(path)
    assert [frame.pts for frame in frames] == [40 * number for number in range(20) if number != 7]
    assert frames.num_lost == 1


def test_damage_within_a_film_that_refers_to_other_frames_ends_well(film):
    path, _ = film
    content = bytearray(path.read_bytes())
    middle = content.index(b"mdat") + 12000
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    times = [frame.pts for frame in Frames(path)]
    assert 20 < len(times) <= 40
    assert times == sorted(set(times))


def test_a_film_that_breaks_off_ends_there(write_film, moving_portrait, tmp_path):
    path = write_film(tmp_path / "film.mkv", moving_portrait(20), sound=False)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 3 < len(list(Frames(path))) < 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no readable film"),
        (b"no film at all", "is no readable film"),
        (None, "is no readable film"),
        ("sound", "has no pictures that can be decoded"),
    ],
)
def test_what_is_no_film(content, message, tmp_path):
    path = tmp_path / "film.mp4"
    if content == "sound":
        _write_sound(path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_facts(path)
    assert str(path) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def _write_sound(path):
    import av

    with av.open(str(path), "w") as out:
        voice = out.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.pts, frame.sample_rate = 0, 48000
        out.mux(voice.encode(frame))
        out.mux(voice.encode(None))
