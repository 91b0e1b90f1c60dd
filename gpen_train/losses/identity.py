"""Identity: restored and clean should be the same person to a network that recognises faces.

Source: ArcFace, arXiv:1801.07698, for the features; pSp, arXiv:2008.00951, equation 5, for the loss.
"""

import torch
from torch import Tensor, nn

from gpen_train.feature_nets.arcface import crop_face


def identity(restored: Tensor, clean: Tensor) -> Tensor:
    """Features [B, D] of length 1, twice -> the mean over the batch of 1 - cosine, from 0 to 2."""
    return 1 - (restored * clean).sum(dim=1).mean()


class IdentityLoss(nn.Module):
    """restored and clean FFHQ crops [B, 3, R, R] in [-1, 1] -> {"identity": ..}; ``clean`` is constant.

    ``network`` takes faces [B, 3, 112, 112] to features [B, D] of length 1.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, restored: Tensor, clean: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            wanted = self.network(crop_face(clean))
        return {"identity": identity(self.network(crop_face(restored)), wanted)}
