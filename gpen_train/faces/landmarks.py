"""Landmarks from a file of the user's: JSON or CSV, five or 68 points a face, any number of faces a photo."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gpen_train.faces.square import ANCHORS
from gpen_train.files import parse_json
from gpen_train.quote import quoted, reason_of
from gpen_train.words import decimal

COUNTS = tuple(ANCHORS)
FARTHEST = 2**20  # pixels: no photo is as large
EXPECTED = (
    'JSON {"photo.jpg": [[x, y], ...]} with 5 or 68 points, a list of such lists for several faces, or CSV '
    "photo.jpg,x,y,x,y,... with a line a face"
)


def read_landmarks(path: str | Path) -> dict[str, list[np.ndarray]]:
    """Photo -> its faces, each float64 [5, 2] or [68, 2] in pixels of the upright photo.

    FFHQ's own ffhq-dataset-v2.json is read too: its photographs in the wild by ``file_path``. Raises
    ValueError, naming the photo, for another content, FileNotFoundError for a missing file.
    """
    path = Path(path)
    read = {".json": _read_json, ".csv": _read_csv}.get(path.suffix.lower())
    if read is None:
        raise ValueError(f"{path} ends in {path.suffix!r}; expected a .json or .csv file of landmarks")
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; expected {EXPECTED}")
    try:
        faces = read(path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"{path} cannot be read as {path.suffix} ({reason_of(error)}); expected {EXPECTED}"
        ) from error
    if not faces:
        raise ValueError(f"{path} names no photo; expected {EXPECTED}")
    return faces


def landmarks_of(label: str, landmarks: Mapping[str, list[np.ndarray]]) -> list[np.ndarray]:
    """The faces of a photo by its relative path, or else by its file name alone; [] where there are none."""
    return landmarks.get(label) or landmarks.get(Path(label).name) or []


def _read_json(path: Path) -> dict[str, list[np.ndarray]]:
    text = path.read_text(encoding="utf-8")
    try:
        content = parse_json(text, finite=False)  # which name the photo
    except ValueError as error:
        raise ValueError(
            f"{path} cannot be read as {path.suffix} ({reason_of(error)}); expected {EXPECTED}"
        ) from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected {EXPECTED}")
    faces: dict[str, list[np.ndarray]] = {}
    for name, value in content.items():
        if isinstance(value, dict) and isinstance(value.get("in_the_wild"), dict):  # FFHQ's
            name, value = (
                value["in_the_wild"].get("file_path", name),
                value["in_the_wild"].get("face_landmarks"),
            )
        if not isinstance(name, str):
            raise ValueError(f"{path} has {quoted(name)} for a file_path; expected {EXPECTED}")
        faces.setdefault(name, []).extend(_as_faces(value, f"{path}, {quoted(name)}"))
    return faces


def _read_csv(path: Path) -> dict[str, list[np.ndarray]]:
    faces: dict[str, list[np.ndarray]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            try:
                values = [float(value) for value in row[1:]]
            except ValueError:
                if number == 1:
                    continue  # the names of the columns
                raise ValueError(f"{path}, line {number}: not all are numbers; expected {EXPECTED}") from None
            if values:
                points = _points(values, f"{path}, line {number}")
                faces.setdefault(row[0], []).append(points)
    return faces


def _as_faces(value: Any, where: str) -> list[np.ndarray]:
    """One face or a list of faces; nested lists of numbers either way."""
    array = _array(value)
    if array.ndim == 2 or (array.ndim == 1 and array.size):  # pairs, or x, y, x, y, ...
        return [_points(array, where)]
    if not isinstance(value, list):
        raise ValueError(f"{where}: found {type(value).__name__}; expected {EXPECTED}")
    return [_points(face, where) for face in value]


def _points(values: Any, where: str) -> np.ndarray:
    """x, y, x, y, ... or [[x, y], ...] -> float64 [N, 2]."""
    flat = _array(values).reshape(-1)
    is_pixel = np.abs(flat) <= FARTHEST  # nan is not
    if not is_pixel.all():
        raise ValueError(
            f"{where}: a coordinate is {flat[~is_pixel][0]:g}; expected pixels of the upright photo, all "
            f"finite numbers of at most {FARTHEST}"
        )
    if flat.size not in [2 * count for count in COUNTS]:
        raise ValueError(f"{where}: found {decimal(flat.size / 2)} points; expected 5 or 68, all numbers")
    return flat.reshape(-1, 2)


def _array(value: Any) -> np.ndarray:
    """Nested lists of numbers -> float64; empty for what is none, and for faces of 5 and 68 points in one."""
    try:
        return np.asarray(value, np.float64) if _holds_numbers(value) else np.empty(0)
    except (ValueError, OverflowError):
        return np.empty(0)


def _holds_numbers(value: Any, depth: int = 3) -> bool:
    """Whether a number, or lists of them, faces of points of coordinates at most; text and true are none."""
    if isinstance(value, list | np.ndarray):
        return depth > 0 and all(_holds_numbers(item, depth - 1) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
