"""Muon: weights move by steps that turn all directions alike, what is no matrix moves by Adam's.

Source: Jordan et al., Muon, https://kellerjordan.github.io/posts/muon (2024); its rate and weight decay:
Moonlight, arXiv:2502.16982, equation 4.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.optim import AdamW

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic
ITERATIONS = 5
LIKE_ADAM = 0.2  # the root mean square of the entries of a step, per rate: about that of Adam's


def orthogonal(matrix: Tensor) -> Tensor:
    """[O, I] -> about U V^T of its singular value decomposition U S V^T, by Newton and Schulz.

    Each iteration takes a singular value s of the matrix, divided by its norm, to a s + b s^3 + c s^5; after
    five of them all but the smallest are between 0.6 and 1.3.
    """
    a, b, c = COEFFICIENTS
    x = matrix.T if len(matrix) > matrix.shape[1] else matrix
    x = x / x.norm().clamp_min(1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if len(matrix) > matrix.shape[1] else x


class Muon(AdamW):
    """Groups of weights [O, I, ..] by Muon, a kernel as the matrix [O, I * ..]; those of vectors by AdamW.

        average <- beta1 * average + (1 - beta1) * gradient
        looked  =  beta1 * average + (1 - beta1) * gradient                    (Nesterov)
        weight  <- (1 - rate * decay) * weight - rate * 0.2 * sqrt(max(O, I * ..)) * orthogonal(looked)

    The state of a weight has the names of AdamW's, without the average of squares.
    """

    param_groups: list[dict[str, Any]]

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._step_supports_amp_scaling = False  # its kernels do not leave out a bad step, as fused ones do

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        groups = self.param_groups
        self.param_groups = [group for group in groups if group["params"][0].ndim <= 1]
        try:
            super().step(closure)
        finally:
            self.param_groups = groups
        for group in groups:
            for weight in group["params"]:
                if weight.ndim > 1 and weight.grad is not None:
                    self._turn(weight, group)

    def _turn(self, weight: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state |= {"step": torch.zeros((), device=weight.device), "exp_avg": torch.zeros_like(weight)}
        beta, rate = group["betas"][0], group["lr"]
        state["step"] += 1
        state["exp_avg"].lerp_(weight.grad, 1 - beta)
        update = orthogonal(weight.grad.lerp(state["exp_avg"], beta).flatten(1))
        weight.mul_(1 - rate * group["weight_decay"])
        weight.sub_(update.view(weight.shape), alpha=rate * LIKE_ADAM * math.sqrt(max(update.shape)))
