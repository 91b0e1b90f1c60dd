"""Small intact records of what commands have done: ``make(folder)`` -> the file, which tests damage."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpen_train.curation.journal import Journal
from gpen_train.restoration.film.names import FilmJob

DIGEST, STAMP = "0" * 64, {"bytes": 1, "changed": 10**18}
CHECKED = {  # a record of each command that has a journal
    **{"label": "a.png", **STAMP, "width": 16, "height": 16, "mode": "RGB", "format": "PNG"},
    **{"sha256": DIGEST, "hash": DIGEST, "sharpness": 0.3, "brightness": 100.5},
}
POINTS = [[1.0, 2.0]] * 5
ALIGNED = {
    **{"label": "a.png", **STAMP, "sha256": DIGEST, "size": [16, 16], "too_small": 0, "left_out": 1},
    "faces": [
        {"file": "a.png", "landmarks": POINTS, "side": 9.5, "transform": [[1.0] * 3] * 2, "padded": True}
    ],
}
FROZEN = {
    **{"label": "a.png", "index": 0, "plan": [["blur", "blur", {"sigma": 1.5}]]},
    **{part: {"file": "a.png", "sha256": DIGEST, "pixels_sha256": DIGEST} for part in ("degraded", "clean")},
}
RESTORED = {
    **{"label": "a.png", "source": "a.png", **STAMP, "sha256": DIGEST, "size": [16, 16], "kind": "aligned"},
    **{"faces": [{"box": [0.0] * 4, "landmarks": POINTS, "left": None}], "restored": 1},
    "made_with": {"task": "bfr", "weights": DIGEST},
}


def journal(record: dict[str, Any], failure: str = "problem") -> Callable[[Path], Path]:
    """The file of a command that is done: the record, and one of an image that failed."""

    def make(folder: Path) -> Path:
        with Journal(folder / "manifest.json", {"format": 1}) as begun:
            begun.add(record)
            begun.add({"label": "b.png", failure: "it is damaged"})
            begun.finish({}, ["a.png", "b.png"])
        return folder / "manifest.json"

    return make


def journal_lines(record: dict[str, Any]) -> Callable[[Path], Path]:
    """The lines of one that is not."""

    def make(folder: Path) -> Path:
        with Journal(folder / "manifest.json", {"format": 1}) as begun:
            begun.add(record)
        return folder / ".manifest.json.lines"

    return make


def film_record(folder: Path) -> Path:
    path = FilmJob(folder / "a.mp4", folder / "b.mp4").record
    (folder / "b.mp4").touch()
    path.write_text(json.dumps({"frames": 3, "damaged": 0, "faces": 2, "made_with": {"crf": 18}}))
    return path


def film_part(folder: Path) -> Path:
    parts = folder / ".b.mp4.parts"
    parts.mkdir()
    (parts / "settings.json").write_text("{}")
    (parts / "000000000.json").write_text(json.dumps({"times": [0, 1, 2], "num_faces": 2}))
    return parts / "000000000.json"
