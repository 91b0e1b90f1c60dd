"""Detectors of other packages: named in one line where they are missing; their points in our order."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest

from gpen_train.faces.detectors import detect as detect_module
from gpen_train.faces.detectors import table as detectors
from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.detectors.table import check_detector, lacking

POINTS = np.arange(10, dtype=np.float64).reshape(5, 2) + 20
PHOTO = np.zeros((40, 60, 3), np.uint8)
PHOTO[..., 0] = 200  # red


@pytest.fixture
def install(monkeypatch):
    """``install("a.b", name=value)`` puts a module of that content in place of the real one."""
    detect_module.started.cache_clear()

    def put(path, **content):
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            module = sys.modules.get(name) if end < len(parts) else None
            module = module or ModuleType(name)
            module.__path__, module.__spec__ = [], ModuleSpec(name, None)
            monkeypatch.setitem(sys.modules, name, module)
        vars(module).update(content)

    yield put
    detect_module.started.cache_clear()


def test_unknown_and_missing_ones_are_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(detectors, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="choose one of: centerface, facexlib, insightface"):
        check_detector("eyes")
    with pytest.raises(ValueError, match="pip install facexlib, or give --landmarks FILE") as caught:
        check_detector("facexlib")
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(detectors, "find_spec", lambda name: name == "insightface" or None)
    with pytest.raises(ValueError, match="or use --detector insightface"):
        check_detector("facexlib")


def test_facexlib(install):
    def init_detection_model(name, device):
        row = np.concatenate([[0, 0, 9, 9, 0.99], POINTS.ravel()])
        return SimpleNamespace(detect_faces=lambda bgr, least: row[None] if bgr[0, 0, 2] == 200 else [])

    install("facexlib.detection", init_detection_model=init_detection_model)
    check_detector("facexlib")
    (face,) = detect("facexlib", PHOTO)
    np.testing.assert_array_equal(face.landmarks, POINTS)
    assert (face.box.tolist(), face.score) == ([0, 0, 9, 9], 0.99)


def test_insightface(install):
    class FaceAnalysis:
        def __init__(self, allowed_modules):
            assert allowed_modules == ["detection"]

        def prepare(self, ctx_id, det_size):
            pass

        def get(self, bgr):
            face = SimpleNamespace(kps=POINTS.astype(np.float32), bbox=np.arange(4), det_score=0.8)
            return [face] * (2 if bgr[0, 0, 2] == 200 else 0)

    install("insightface.app", FaceAnalysis=FaceAnalysis)
    found = detect("insightface", PHOTO)
    np.testing.assert_array_equal([face.landmarks for face in found], [POINTS, POINTS])
    assert (found[1].box.tolist(), found[1].score) == ([0, 1, 2, 3], 0.8)


def test_weights_that_will_be_fetched_are_announced(install, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    install("insightface")
    check_detector("insightface")
    place = tmp_path / ".insightface" / "models" / "buffalo_l"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gpen: insightface fetches its weights from github.com, once; ")
    assert line.endswith("put them to ~/.insightface/models/buffalo_l")
    place.mkdir(parents=True)
    check_detector("insightface")
    assert not capsys.readouterr().err


def test_weights_that_are_missing_are_named_with_the_command(install, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    install("mediapipe")
    with pytest.raises(ValueError, match=r"needs face_landmarker\.task, .*: gpen weights fetch mediapipe"):
        check_detector("mediapipe")


def test_a_long_reason_is_cut_between_words(install):
    def fails(name, device):
        raise RuntimeError("no network " * 60)

    install("facexlib.detection", init_detection_model=fails)
    with pytest.raises(ValueError, match=r"facexlib failed \((no network )+(no )?\.\.\)"):
        detect("facexlib", PHOTO)


@pytest.mark.parametrize("num", [0, 1])
def test_mediapipe(install, num, tmp_path, monkeypatch):
    mesh = np.zeros((478, 2))
    mesh[[33, 263, 1, 61, 291]] = (POINTS + 0.5) / [60, 40]
    mesh[[133, 362]] = mesh[[33, 263]]
    face = [SimpleNamespace(x=x, y=y) for x, y in mesh]

    def create_from_options(options):
        assert options["base_options"] == {"model_asset_path": "weights/face_landmarker.task"}
        return SimpleNamespace(detect=lambda image: SimpleNamespace(face_landmarks=[face] * num))

    install("mediapipe.tasks.python.vision", FaceLandmarkerOptions=dict)
    vision, python = sys.modules["mediapipe.tasks.python.vision"], sys.modules["mediapipe.tasks.python"]
    vision.FaceLandmarker = SimpleNamespace(create_from_options=create_from_options)
    python.BaseOptions = dict
    vars(sys.modules["mediapipe"]).update(Image=dict, ImageFormat=SimpleNamespace(SRGB=1))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "face_landmarker.task").touch()
    found = detect("mediapipe", PHOTO)
    assert len(found) == num
    for face in found:
        np.testing.assert_allclose(face.landmarks, POINTS)


def test_a_detector_without_its_weights_says_so_in_one_line(install):
    def init_detection_model(name, device):
        raise OSError("no route\nto host")

    install("facexlib.detection", init_detection_model=init_detection_model)
    with pytest.raises(
        ValueError, match=r"detector facexlib failed \(no route to host\).*choose another"
    ) as caught:
        detect("facexlib", PHOTO)
    assert "\n" not in str(caught.value)


def test_uniface(install):
    class RetinaFace:
        def detect(self, bgr):
            face = SimpleNamespace(landmarks=POINTS, bbox=np.arange(4), confidence=0.7)
            return [face] if bgr[0, 0, 2] == 200 else []

    install("uniface.detection", RetinaFace=RetinaFace)
    (face,) = detect("uniface", PHOTO)
    np.testing.assert_array_equal(face.landmarks, POINTS)
    assert (face.box.tolist(), face.score) == ([0, 1, 2, 3], 0.7)


def test_yunet_is_opencvs_with_a_file_that_is_fetched(monkeypatch, tmp_path):
    detect_module.started.cache_clear()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ValueError, match=r"needs face_detection_yunet_2023mar\.onnx.*gpen weights fetch"):
        check_detector("yunet")
    assert lacking("yunet").name == "yunet"
    cached = tmp_path / "hub" / "checkpoints" / "face_detection_yunet_2023mar.onnx"
    cached.parent.mkdir(parents=True)
    cached.touch()
    check_detector("yunet")
    assert lacking("yunet") is None
    row = np.concatenate([[1, 2, 10, 20], POINTS.ravel(), [0.9]]).astype(np.float32)
    network = SimpleNamespace(
        setInputSize=lambda size: np.testing.assert_array_equal(size, (60, 40)),
        detect=lambda bgr: (1, row[None] if bgr[0, 0, 2] == 200 else None),
    )
    opened = []
    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *settings: opened.append(settings) or network)
    (face,) = detect("yunet", PHOTO)
    assert opened[0][0] == str(cached)
    np.testing.assert_array_equal(face.landmarks, POINTS)
    assert face.box.tolist() == [1, 2, 11, 22]
    assert detect("yunet", PHOTO[:, :, ::-1]) == []
    detect_module.started.cache_clear()
