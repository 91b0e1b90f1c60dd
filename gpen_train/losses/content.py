"""Content: how far restored is from clean, pixel by pixel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.bounds import WEIGHT, Bounds, bounded, one_of
from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome

EPSILON = 1e-3  # a difference in images of [-1, 1]
ABOVE_0 = Bounds(0, 1e3, "more than 0, such as 0.001", is_open=True)


def charbonnier(restored: Tensor, clean: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Mean of sqrt(difference^2 + epsilon^2). Source: Charbonnier et al., ICIP 1994."""
    return torch.sqrt((restored - clean).square() + epsilon**2).mean()


CONTENT_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "smooth_l1": F.smooth_l1_loss,
    "l1": F.l1_loss,
    "charbonnier": charbonnier,
}


def content(restored: Tensor, clean: Tensor, kind: str = "smooth_l1", epsilon: float = EPSILON) -> Tensor:
    """[B, 3, H, W] twice -> a number, of that ``kind``; ``epsilon`` is Charbonnier's alone.

    Raises KeyError for an unknown kind. Source: GPEN, arXiv:2105.06070, section 3.4.
    """
    if kind == "charbonnier":
        return charbonnier(restored, clean, epsilon)
    return CONTENT_LOSSES[kind](restored, clean)


@dataclass
class Content(LossBlock):
    """The distance of pixels."""

    name = "content"

    weight: float = bounded(WEIGHT, 1.0)
    kind: str = one_of(CONTENT_LOSSES, "smooth_l1")
    epsilon: float = bounded(ABOVE_0, EPSILON)  # charbonnier's

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        return {"content": self.weight * content(outcome.made, outcome.clean, self.kind, self.epsilon)}
