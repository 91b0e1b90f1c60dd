"""Feature matching: restored and clean should look alike to the discriminator's layers.

Source: pix2pixHD, arXiv:1711.11585, equation 4; GPEN, arXiv:2105.06070, equation 4.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def feature_matching(restored: list[Tensor], clean: list[Tensor]) -> Tensor:
    """The sum over the layers of the mean absolute difference; ``clean`` is taken as constant."""
    distances = [
        F.l1_loss(ours.float(), theirs.detach().float()) for ours, theirs in zip(restored, clean, strict=True)
    ]
    return torch.stack(distances).sum()
