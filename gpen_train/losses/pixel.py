"""Content losses: how far restored is from clean, pixel by pixel. [B, 3, H, W] twice -> a number."""

import torch
import torch.nn.functional as F
from torch import Tensor


def charbonnier(restored: Tensor, clean: Tensor, epsilon: float = 1e-3) -> Tensor:
    """Mean of sqrt(difference^2 + epsilon^2). Source: Charbonnier et al., ICIP 1994."""
    return torch.sqrt((restored - clean).square() + epsilon**2).mean()


CONTENT_LOSSES = {"smooth_l1": F.smooth_l1_loss, "l1": F.l1_loss, "charbonnier": charbonnier}
