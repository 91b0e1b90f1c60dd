"""Landmark files: JSON, CSV and FFHQ's own, and one line for what is none."""

import json

import numpy as np
import pytest

from gpen_train.faces.landmarks import landmarks_of, read_landmarks

FIVE = [[1.0, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
SIXTY_EIGHT = [[float(number), 0.5] for number in range(68)]
FLAT = [coordinate for point in FIVE for coordinate in point]


def write(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_json_of_one_face_and_of_several(tmp_path):
    content = {"a.jpg": FIVE, "more/b.png": [SIXTY_EIGHT, FIVE], "c.png": [], "d.png": FLAT}
    faces = read_landmarks(write(tmp_path, "points.json", content))
    assert {name: [len(face) for face in found] for name, found in faces.items()} == {
        **{"a.jpg": [5], "more/b.png": [68, 5]},
        **{"c.png": [], "d.png": [5]},
    }
    np.testing.assert_array_equal(faces["d.png"][0], FIVE)


def test_csv_with_and_without_names_of_columns(tmp_path):
    line = ",".join(map(str, FLAT))
    other = ",".join(str(coordinate) for point in SIXTY_EIGHT for coordinate in point)
    text = f"a.jpg,{line}\na.jpg,{other}\nb.jpg,{line}\n"
    plain = read_landmarks(write(tmp_path, "plain.csv", text))
    titled = read_landmarks(write(tmp_path, "titled.csv", "file,x0,y0\n" + text))
    for faces in (plain, titled):
        assert {name: [len(face) for face in found] for name, found in faces.items()} == {
            "a.jpg": [5, 68],
            "b.jpg": [5],
        }
        np.testing.assert_array_equal(faces["b.jpg"][0], FIVE)


def test_ffhq_json(tmp_path):
    entry = {
        "in_the_wild": {"file_path": "in-the-wild-images/00000/00000.png", "face_landmarks": SIXTY_EIGHT}
    }
    faces = read_landmarks(write(tmp_path, "ffhq-dataset-v2.json", {"0": entry}))
    np.testing.assert_array_equal(faces["in-the-wild-images/00000/00000.png"], [SIXTY_EIGHT])


def test_a_photo_is_found_by_its_path_or_its_name():
    faces = {"more/a.jpg": ["path"], "a.jpg": ["name"]}
    assert landmarks_of("more/a.jpg", faces) == ["path"]
    assert landmarks_of("elsewhere/a.jpg", faces) == ["name"]
    assert landmarks_of("b.jpg", faces) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("points.txt", "", "expected a .json or .csv"),
        ("points.json", "{", "cannot be read as .json"),
        ("points.json", [1, 2], "holds a list; expected JSON"),
        ("points.json", {}, "names no photo"),
        ("points.json", {"a.jpg": FIVE[:4]}, "a.jpg: found 4 points; expected 5 or 68"),
        ("points.json", {"a.jpg": [FIVE, "eyes"]}, "a.jpg: found 0 points"),
        ("points.json", {"a.jpg": "eyes"}, "a.jpg: found str"),
        ("points.csv", "a.jpg,1,2\n", "line 1: found 1 points"),
        ("points.csv", "file,x\na.jpg,one,2\n", "line 2: not all are numbers"),
        ("points.csv", "a.jpg,nan" + ",1" * 9, "all finite"),
    ],
)
def test_refuses_in_one_line(tmp_path, name, content, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_landmarks(write(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_names_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.json does not exist; expected"):
        read_landmarks(tmp_path / "none.json")


@pytest.mark.parametrize("value", [1e9, -1e9, 2.0**21, float("inf"), float("nan")])
def test_a_coordinate_of_no_photo_names_its_row(tmp_path, value):
    points = [[1.0, 2], [3, 4], [5, value], [7, 8], [9, 10]]
    (tmp_path / "a.json").write_text(json.dumps({"more/a.jpg": [FIVE, points]}))
    (tmp_path / "a.csv").write_text("a.jpg" + ",1" * 10 + f"\na.jpg,{value}" + ",1" * 9 + "\n")
    for name, row in (("a.json", "more/a.jpg"), ("a.csv", "line 2")):
        with pytest.raises(
            ValueError, match=rf"{name}, {row}: a coordinate is {value:g}".replace("+", r"\+")
        ):
            read_landmarks(tmp_path / name)
