"""The adversarial term in balance with those that compare with clean images: neither drowns the other.

Source: VQGAN, arXiv:2012.09841, equation 7; CodeFormer, arXiv:2206.11253, has it too.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.block import Terms
from gpen_train.losses.built import BuiltLoss

DELTA = 1e-6


def adaptive_weight(of_compared: Tensor, of_adversarial: Tensor, most: float) -> Tensor:
    """Gradients of two losses by one layer -> |of_compared| / (|of_adversarial| + 1e-6), at most ``most``."""
    return (of_compared.norm() / (of_adversarial.norm() + DELTA)).clamp(max=most)


@dataclass
class Balance:
    """Multiplies the adversarial terms of a step by one weight, of all parts of its batch and all devices."""

    layer: nn.Parameter  # the weights of the generator's last layer
    compared: Collection[str]  # the names of the terms to be in balance with
    weight: float  # that the adversarial terms have already
    most: float  # of the adaptive weight
    logged: Terms = field(default_factory=dict)  # of the last step: what both weights come to

    def balanced(
        self,
        parts: Callable[..., Iterator[Terms]],  # computes the terms of a batch's parts
        count: int,  # of the parts
        averaged: Callable[[Tensor], Tensor],  # takes a tensor to its mean over all devices
        scaler: torch.amp.GradScaler,  # in low precision small gradients vanish without it
    ) -> Iterator[Terms]:
        """The terms of each part; several are computed twice, as their graphs would not fit in memory."""
        kept = [*parts()] if count == 1 else None
        weight = self.weight_of(kept or parts(with_penalties=False), count, averaged, scaler)
        self.logged = {} if weight is None else {"adversarial_weight": self.weight * weight}
        for terms in kept or parts():
            yield terms if weight is None else terms | {"adversarial": weight * terms["adversarial"]}

    def weight_of(
        self,
        parts: Iterable[Terms],
        count: int,
        averaged: Callable[[Tensor], Tensor],
        scaler: torch.amp.GradScaler,
    ) -> Tensor | None:
        """The adaptive weight; None where one of the two sides does not count yet."""
        total = torch.zeros((2, *self.layer.shape)).to(self.layer)
        for gradients in map(partial(self.gradients, scaler), parts):  # which keeps no part's graph
            if gradients is None:
                return None
            total += gradients
        of_compared, of_adversarial = averaged(total / (count * scaler.get_scale()))
        return adaptive_weight(of_compared, of_adversarial, self.most)

    def gradients(self, scaler: torch.amp.GradScaler, terms: Terms) -> Tensor | None:
        """Of both sides of a part's terms, by the layer, scaled; None where there is one side only."""
        compared = [term for name, term in terms.items() if name in self.compared]
        if Adversarial.name not in terms or not compared:
            return None
        sides = (torch.stack(compared).sum(), terms[Adversarial.name] / self.weight)
        scaled = [scaler.scale(side) for side in sides]
        return torch.stack([torch.autograd.grad(side, self.layer, retain_graph=True)[0] for side in scaled])


def balance_of(losses: Iterable[BuiltLoss], layer: nn.Parameter, learns: bool) -> Balance | None:
    """What ``losses`` ask for; None where the adversarial one is not adaptive.

    Raises ValueError where none of them compares with clean images, and for a ``layer`` that does not learn.
    """
    blocks = {loss.block.name: loss.block for loss in losses}
    adversarial = blocks.get(Adversarial.name)
    if not isinstance(adversarial, Adversarial) or not adversarial.adaptive:
        return None
    off = "set losses.adversarial.adaptive=false"
    compared = {name for block in blocks.values() for name in block.compared()}
    if not compared:
        raise ValueError(
            "losses.adversarial.adaptive is a balance with losses that compare with clean images, and none "
            f"is on; {off}, or losses.content.weight=1"
        )
    if not learns:
        raise ValueError(
            "losses.adversarial.adaptive goes by the weights of the generator's last layer, which "
            f"optimizer.generator=0, frozen or adapters keep as they are; {off}, or let them learn"
        )
    return Balance(layer, compared, adversarial.weight, adversarial.adaptive_most)
