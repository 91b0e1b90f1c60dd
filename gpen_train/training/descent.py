"""One optimizer's steps: gradients of a batch's parts summed, averaged over devices, applied if finite."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.optim import Optimizer

from gpen_train.losses.block import Terms
from gpen_train.processes import summed
from gpen_train.training.devices import average_gradients

FIRST_RATE = "initial_lr"  # of a group, as torch's schedulers call it


class Descended(NamedTuple):
    """What a step went down, and whether it did: both on the device, so that nobody has to wait for them."""

    terms: Terms  # the means
    is_finite: Tensor  # [], bool, the same on every device: false where the step was not taken


class Descent:
    """``optimizer`` with a loss scale of its own, so that an overflow in one network leaves the other's."""

    def __init__(self, optimizer: Optimizer, scaler: torch.amp.GradScaler) -> None:
        self.optimizer, self.scaler = optimizer, scaler
        self.parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]

    def scale_rates(self, factor: float) -> None:
        """Set every rate to ``factor`` times what it was to begin with; checkpoints keep both."""
        for group in self.optimizer.param_groups:
            group["lr"] = group.setdefault(FIRST_RATE, group["lr"]) * factor

    def lower_rates(self, factor: float) -> None:
        """Multiply what they were to begin with, for good."""
        for group in self.optimizer.param_groups:
            group[FIRST_RATE] = group.get(FIRST_RATE, group["lr"]) * factor

    def rates(self) -> dict[str, float]:
        """Those of the last step, by the names of the groups."""
        return {group["name"]: group["lr"] for group in self.optimizer.param_groups}

    def step(self, parts: Iterable[Terms], num_parts: int) -> Descended:
        """One step down the mean over ``num_parts`` parts of the sum of their terms.

        ``parts`` are computed one after the other, each backward before the next. Where a gradient is not
        finite, or there are no terms, there is no step.
        """
        self.optimizer.zero_grad(set_to_none=True)
        means: Terms = {}
        for terms in parts:
            if terms:
                self.scaler.scale(sum(terms.values()) / num_parts).backward()
            for name, term in terms.items():
                means[name] = means.get(name, 0) + term.detach().float() / num_parts
        return Descended(means, self._apply() if means else torch.tensor(True))

    def _apply(self) -> Tensor:
        """Take the step if the gradients allow it."""
        average_gradients(self.parameters)
        self.scaler.unscale_(self.optimizer)
        is_finite = gradients_are_finite(self.parameters)
        if self._is_decided_on_device:
            self.optimizer.found_inf = (~is_finite).float()  # as a loss scaler tells a fused optimizer
            self.optimizer.step()
            return is_finite
        if is_finite:
            self.scaler.step(self.optimizer)
        elif self.scaler.is_enabled():
            self.scaler.update(self.scaler.get_scale() * self.scaler.get_backoff_factor())
            self.scaler.load_state_dict(self.scaler.state_dict() | {"_growth_tracker": 0})  # as it backs off
            return is_finite
        self.scaler.update()
        return is_finite

    @property
    def _is_decided_on_device(self) -> bool:
        """Whether the optimizer's own kernels leave out a bad step: fused ones do, of whole tensors."""
        is_fused = getattr(self.optimizer, "_step_supports_amp_scaling", False)
        is_split = any(isinstance(parameter, DTensor) for parameter in self.parameters)
        return is_fused and not is_split and not self.scaler.is_enabled()

    @property
    def may_overflow(self) -> bool:
        """Whether gradients may be infinite because the loss scale is still too large."""
        return self.scaler.is_enabled() and self.scaler.get_scale() >= 1


def gradients_are_finite(parameters: Iterable[Tensor]) -> Tensor:
    """Whether every gradient is finite, on all devices: [], bool; their norms tell, in few operations."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    own = [gradient.to_local() if isinstance(gradient, DTensor) else gradient for gradient in gradients]
    if not own:
        return torch.tensor(True)
    bad = (~torch.stack(torch._foreach_norm(own)).isfinite()).sum()
    # Whole gradients are the same everywhere by now; of split ones each device sees its part.
    is_split = any(isinstance(gradient, DTensor) for gradient in gradients)
    return (summed(bad) if is_split else bad) == 0
