"""Detectors of packages that a user has; most of them fetch their weights by themselves."""

import cv2
import numpy as np
import torch

from gpen_train.faces.detectors.table import weights_of
from gpen_train.faces.face import Detector, Face, face_of

YUNET_SURE = 0.7  # score of a face
MEDIAPIPE_CORNERS = ((33, 133), (263, 362), (1,), (61,), (291,))  # of its 478 points: eyes, nose, mouth


def facexlib() -> Detector:
    """RetinaFace of facexlib, the detector of GFPGAN and CodeFormer."""
    from facexlib.detection import init_detection_model

    network = init_detection_model("retinaface_resnet50", device="cpu")

    def find(photo: np.ndarray) -> list[Face]:
        with torch.inference_mode():
            rows = network.detect_faces(_bgr(photo), 0.9)  # box, score, points
        return [face_of(row[5:15], row[:4], row[4]) for row in rows]

    return find


def insightface() -> Detector:
    """SCRFD of insightface, the detector of facefusion and ReActor."""
    from insightface.app import FaceAnalysis

    network = FaceAnalysis(allowed_modules=["detection"])
    network.prepare(ctx_id=-1, det_size=(640, 640))

    def find(photo: np.ndarray) -> list[Face]:
        return [face_of(face.kps, face.bbox, face.det_score) for face in network.get(_bgr(photo))]

    return find


def mediapipe() -> Detector:
    """The face mesh of mediapipe; it gives no score."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

    weights = BaseOptions(model_asset_path=str(weights_of("mediapipe")))
    network = FaceLandmarker.create_from_options(FaceLandmarkerOptions(base_options=weights, num_faces=64))

    def find(photo: np.ndarray) -> list[Face]:
        image = Image(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(photo))
        size = np.array([photo.shape[1], photo.shape[0]])
        faces = network.detect(image).face_landmarks
        meshes = [np.array([[point.x, point.y] for point in face]) * size - 0.5 for face in faces]
        return [
            face_of(
                np.stack([mesh[list(rows)].mean(0) for rows in MEDIAPIPE_CORNERS]),
                np.concatenate([mesh.min(0), mesh.max(0)]),
            )
            for mesh in meshes
        ]

    return find


def uniface() -> Detector:
    """RetinaFace of uniface."""
    from uniface.detection import RetinaFace

    network = RetinaFace()

    def find(photo: np.ndarray) -> list[Face]:
        return [face_of(face.landmarks, face.bbox, face.confidence) for face in network.detect(_bgr(photo))]

    return find


def yunet() -> Detector:
    """YuNet, which OpenCV runs, from a file of OpenCV's zoo."""
    network = cv2.FaceDetectorYN.create(str(weights_of("yunet")), "", (320, 320), YUNET_SURE)

    def find(photo: np.ndarray) -> list[Face]:
        network.setInputSize((photo.shape[1], photo.shape[0]))
        _, rows = network.detect(_bgr(photo))  # box as x, y, width, height; points; score
        return [
            face_of(row[4:14], np.concatenate([row[:2], row[:2] + row[2:4]]), row[14])
            for row in (() if rows is None else rows)
        ]

    return find


def _bgr(photo: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(photo[:, :, ::-1])
