"""A network that finds the landmarks of a face, from an ONNX file: nothing is downloaded.

Any network fits that takes a face [1, 3, S, S], RGB from 0 to 1, and whose first output is landmarks
[1, K, 2 or more], x and y first. Where a second output holds heat maps [1, K, s, s], they are in pixels of
these, else in pixels of the input: ``2dfan4.onnx``, which face-swapping tools use, is of the first kind.

Source: FAN, arXiv:1703.07332.
"""

from pathlib import Path

import torch
from torch import Tensor

from gpen_train.feature_nets.arcface import crop_face, face_edges
from gpen_train.feature_nets.weights import find_weights
from gpen_train.pretrained.table import TABLE

LANDMARKS_FILE = TABLE["landmarks"].file
REFERENCE = 512  # pixels a side: what distances are given at


class LandmarkNet:
    """FFHQ crops [B, 3, R, R] in [-1, 1]  ->  landmarks [B, K, 2], x and y in pixels of a crop of 512 px.

    It sees the face that ArcFace sees; the rest of a crop is hair and background.
    """

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ValueError(
                'landmarks need onnxruntime, which is not installed: pip install "gpen-train[onnx]"'
            ) from error
        try:
            self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            given = self.session.get_inputs()[0]
            self.input, self.side = given.name, int(given.shape[-1])
        except Exception as error:  # onnxruntime has its own errors, many of them
            raise ValueError(
                f"{path} is no ONNX network of square images; expected {LANDMARKS_FILE}"
            ) from error

    def __call__(self, images: Tensor) -> Tensor:
        points = torch.stack([self._find(face) for face in crop_face(images, self.side)])  # [B, K, 2]
        top, bottom, left, right = face_edges(images.shape[2])
        side = torch.tensor([right - left, bottom - top])
        corner = torch.tensor([left, top])
        return ((corner + points * side) * REFERENCE / images.shape[2]).to(images.device)

    def _find(self, face: Tensor) -> Tensor:
        """A face [3, S, S] -> landmarks [K, 2], from 0 to 1."""
        levels = (face[None].float().cpu() + 1) / 2
        landmarks, *others = self.session.run(None, {self.input: levels.clamp(0, 1).numpy()})
        grid = others[0].shape[-1] if others and others[0].ndim == 4 else self.side
        return torch.from_numpy(landmarks[0, :, :2]) / grid


def load_landmarks(weights: str | Path | None = None, option: str = "weights.landmarks") -> LandmarkNet:
    """The network in ``weights``, or in 2dfan4.onnx in ./weights.

    Raises FileNotFoundError that names the file and ``option`` when it is missing, ValueError for a file that
    is no such network, and where onnxruntime is not installed.
    """
    return LandmarkNet(find_weights(LANDMARKS_FILE, weights, "the landmark distance", option))
