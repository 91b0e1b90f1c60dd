"""`gpen data check`: the exit code tells whether training would suffer; the report says why."""

import json
import shutil

import pytest

from gpen_train.cli.main import main
from gpen_train.curation.check.facts import Examiner
from gpen_train.drawn import draw_face
from gpen_train.images import read_image, write_image


@pytest.fixture
def faces(tmp_path):
    folder = tmp_path / "faces"
    for number in range(6):
        write_image(
            folder / f"more/{number}.png" if number % 2 else folder / f"{number}.png",
            draw_face(0, number, 64),
        )
    return folder


@pytest.fixture
def check(tmp_path, monkeypatch):
    """``check(*options)`` -> the exit code and check.json, of the folder "faces"."""
    monkeypatch.chdir(tmp_path)

    def run(*options):
        code = main(["data", "check", "faces", "--resolution", "64", "--workers", "0", *options])
        path = tmp_path / "faces-check" / "check.json"
        return code, json.loads(path.read_text()) if path.exists() else None

    return run


def test_good_faces_are_fit_for_training(faces, check, tmp_path, capsys):
    code, report = check()
    assert code == 0
    assert report["num_usable"] == 6
    assert report["reasons"] == []
    assert [image["label"] for image in report["images"]] == sorted(
        image["label"] for image in report["images"]
    )
    assert read_image(tmp_path / "faces-check" / "check.png").shape == (520, 960, 3)
    assert sorted(path.name for path in (tmp_path / "faces-check").iterdir()) == ["check.json", "check.png"]
    assert "fit for training" in capsys.readouterr().out


def test_each_bad_file_is_found_and_the_exit_code_says_so(faces, check, capsys):
    shutil.copy(faces / "0.png", faces / "copy.png")
    write_image(faces / "similar.jpg", draw_face(0, 2, 64), quality=70)
    write_image(faces / "small.png", draw_face(0, 9, 32)[:30, :30])
    write_image(faces / "zoomed.png", draw_face(0, 10, 32).repeat(4, axis=0).repeat(4, axis=1)[::2, ::2])
    (faces / "cut.png").write_bytes((faces / "4.png").read_bytes()[:500])
    (faces / "text.png").write_text("no image")
    code, report = check()
    assert code == 1
    assert set(report["faults"]["unreadable"]) == {"cut.png", "text.png"}
    assert report["faults"]["too_small"] == ["small.png"]
    assert report["groups"]["duplicate"] == [["0.png", "copy.png"]]
    assert report["groups"]["near_duplicate"] == [["2.png", "similar.jpg"]]
    out = capsys.readouterr().out
    assert "training would suffer" in out
    assert "text.png" in out


def test_blurry_images_are_found(faces, check):
    from PIL import Image, ImageFilter

    with Image.open(faces / "0.png") as image:
        image.filter(ImageFilter.GaussianBlur(2)).save(faces / "0.png")
    assert check()[1]["faults"]["too_blurry"] == ["0.png"]


def test_faults_may_be_let_pass(faces, check):
    shutil.copy(faces / "0.png", faces / "copy.png")
    assert check()[0] == 1
    assert check("--max-share", "0.2")[0] == 0


def test_looks_at_new_and_changed_files_alone(faces, check, monkeypatch):
    examined = []

    def note(self, label, examine=Examiner.__call__):
        examined.append(label)
        return examine(self, label)

    monkeypatch.setattr(Examiner, "__call__", note)
    assert check()[0] == 0
    assert len(examined) == 6
    examined.clear()
    write_image(faces / "0.png", draw_face(0, 20, 64))
    write_image(faces / "new.png", draw_face(0, 21, 64))
    (faces / "2.png").unlink()
    _, report = check()
    assert examined == ["0.png", "new.png"]
    assert len(report["images"]) == report["num_images"] == 6


def test_an_interrupted_check_goes_on(faces, check, monkeypatch, tmp_path):
    examined = []

    def stop_at_the_fourth(self, label, examine=Examiner.__call__):
        examined.append(label)
        if len(examined) == 4:
            raise KeyboardInterrupt
        return examine(self, label)

    monkeypatch.setattr(Examiner, "__call__", stop_at_the_fourth)
    code, report = check()
    assert (code, report) == (130, None)
    code, report = check()
    assert code == 0
    assert len(report["images"]) == 6
    assert len(examined) == 4 + 3  # the fourth came twice


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "faces/report"], "lies in faces"),
        (["--resolution", "8"], "--resolution is 8; expected 16 or more"),
        (["--workers", "-1"], "--workers is -1"),
    ],
)
def test_refuses_in_one_line(faces, check, options, message, capsys):
    assert check(*options)[0] == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_missing_folder_is_one_line(tmp_path, capsys):
    assert main(["data", "check", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
