"""Face detectors of other packages, where one is installed; facexlib and insightface fetch their weights."""

import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from textwrap import shorten

import numpy as np
import torch

# Photo uint8 RGB [H, W, 3] -> five landmarks [5, 2] for each face
Detector = Callable[[np.ndarray], list[np.ndarray]]
MEDIAPIPE_WEIGHTS = Path("weights") / "face_landmarker.task"
MEDIAPIPE_SOURCE = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/latest/"
    "face_landmarker.task"
)


def check_detector(name: str) -> None:
    """Raise ValueError where there is no such detector, or its package or weights are not here.

    One that would fetch its weights says so on stderr.
    """
    if name not in DETECTORS:
        raise ValueError(f"--detector is {name!r}; choose one of: {', '.join(DETECTORS)}")
    if find_spec(name) is None:
        installed = [other for other in DETECTORS if find_spec(other)]
        instead = f"use --detector {installed[0]}" if installed else "give --landmarks FILE"
        raise ValueError(
            f"--detector {name} needs a package that is not installed: pip install {name}, or {instead}"
        )
    if name == "mediapipe" and not MEDIAPIPE_WEIGHTS.is_file():
        raise ValueError(
            f"--detector mediapipe needs {MEDIAPIPE_WEIGHTS}, which is not there; "
            f"fetch it from {MEDIAPIPE_SOURCE}"
        )
    if name in FETCHED and not (place := FETCHED[name]()).exists():
        print(
            f"gpen: {name} fetches its weights from github.com, once; without a network, put them to {place}",
            file=sys.stderr,
        )


def detect(name: str, photo: np.ndarray) -> list[np.ndarray]:
    """The faces in a photo, each [5, 2]: eyes, nose, corners of the mouth, left to right in the picture.

    Raises ValueError, in one line, where the detector itself fails: mostly for want of its weights.
    """
    try:
        found = _started(name)(photo)
    except Exception as error:  # three packages, each with errors of its own
        reason = shorten(str(error), 200, placeholder=" ..") or type(error).__name__
        raise ValueError(
            f"the detector {name} failed ({reason}); see where it wants its weights, or give --landmarks FILE"
        ) from error
    return [np.asarray(points, np.float64) for points in found]


@cache  # one a process: they take seconds to start
def _started(name: str) -> Detector:
    return DETECTORS[name]()


def _facexlib() -> Detector:
    from facexlib.detection import init_detection_model

    network = init_detection_model("retinaface_resnet50", device="cpu")

    def find(photo: np.ndarray) -> list[np.ndarray]:
        with torch.inference_mode():
            rows = network.detect_faces(np.ascontiguousarray(photo[:, :, ::-1]), 0.9)  # box, score, points
        return [np.reshape(row[5:15], (5, 2)) for row in rows]

    return find


def _insightface() -> Detector:
    from insightface.app import FaceAnalysis

    network = FaceAnalysis(allowed_modules=["detection"])
    network.prepare(ctx_id=-1, det_size=(640, 640))

    def find(photo: np.ndarray) -> list[np.ndarray]:
        return [face.kps for face in network.get(np.ascontiguousarray(photo[:, :, ::-1]))]

    return find


def _mediapipe() -> Detector:
    import mediapipe
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

    weights = BaseOptions(model_asset_path=str(MEDIAPIPE_WEIGHTS))
    network = FaceLandmarker.create_from_options(FaceLandmarkerOptions(base_options=weights, num_faces=64))
    corners = ((33, 133), (263, 362), (1,), (61,), (291,))  # of its 478 points: eyes, nose, mouth

    def find(photo: np.ndarray) -> list[np.ndarray]:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(photo))
        size = np.array([photo.shape[1], photo.shape[0]])
        faces = network.detect(image).face_landmarks
        meshes = [np.array([[point.x, point.y] for point in face]) * size - 0.5 for face in faces]
        return [np.stack([mesh[list(rows)].mean(0) for rows in corners]) for mesh in meshes]

    return find


def _of_facexlib() -> Path:
    package = find_spec("facexlib")
    (folder, *_) = (package and package.submodule_search_locations) or ["facexlib"]
    return Path(folder) / "weights" / "detection_Resnet50_Final.pth"


FETCHED: dict[str, Callable[[], Path]] = {  # where those that fetch their weights keep them
    "facexlib": _of_facexlib,
    "insightface": lambda: Path("~/.insightface/models/buffalo_l").expanduser(),
}
DETECTORS: dict[str, Callable[[], Detector]] = {
    "facexlib": _facexlib,
    "insightface": _insightface,
    "mediapipe": _mediapipe,
}
