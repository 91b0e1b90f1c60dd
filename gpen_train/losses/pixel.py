"""Content losses: how far restored is from clean, pixel by pixel. [B, 3, H, W] twice -> a number."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

EPSILON = 1e-3  # a difference in images of [-1, 1]


def charbonnier(restored: Tensor, clean: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Mean of sqrt(difference^2 + epsilon^2). Source: Charbonnier et al., ICIP 1994."""
    return torch.sqrt((restored - clean).square() + epsilon**2).mean()


CONTENT_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "smooth_l1": F.smooth_l1_loss,
    "l1": F.l1_loss,
    "charbonnier": charbonnier,
}


def content(restored: Tensor, clean: Tensor, kind: str = "smooth_l1", epsilon: float = EPSILON) -> Tensor:
    """The content loss of that ``kind``; ``epsilon`` is Charbonnier's and the others ignore it."""
    if kind == "charbonnier":
        return charbonnier(restored, clean, epsilon)
    return CONTENT_LOSSES[kind](restored, clean)
