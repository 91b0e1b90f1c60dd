"""Running means of named numbers, kept on the device so that logging never waits for it."""

import math

import torch
from torch import Tensor

from gpen_train.training.devices import averaged


class RunningMeans:
    """Add terms step by step, take the mean of each since the last time, over all devices.

    All devices add the same terms, and take or save at the same steps.
    """

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, Tensor] = {}

    def add(self, terms: dict[str, Tensor], counts: Tensor) -> None:
        """The terms of a step; where ``counts`` [], bool, is false, it was none."""
        for name, term in terms.items():
            value = torch.where(counts, term.detach().float(), 0)
            self._sums[name] = self._sums[name] + value if name in self._sums else value
            self._counts[name] = self._counts[name] + counts if name in self._counts else counts.long()

    def peek(self) -> dict[str, float]:
        """The means so far, of this device."""
        if not self._sums:
            return {}
        sums, counts = (torch.stack(list(values.values())) for values in (self._sums, self._counts))
        means = (sums / counts).tolist()  # waits once; 0 / 0 where no step counted
        return {name: mean for name, mean in zip(self._sums, means, strict=True) if not math.isnan(mean)}

    def state_dict(self) -> dict[str, dict]:
        """Sums and counts, as a checkpoint keeps them."""
        self._share()
        return {"sums": dict(self._sums), "counts": dict(self._counts)}

    def load_state_dict(self, state: dict[str, dict]) -> None:
        self._sums = dict(state["sums"])
        self._counts = {name: torch.as_tensor(count) for name, count in state["counts"].items()}

    def to(self, device: torch.device) -> None:
        """Bring what was loaded to where terms are added."""
        self._sums, self._counts = (
            {name: value.to(device) for name, value in values.items()}
            for values in (self._sums, self._counts)
        )

    def take(self) -> dict[str, float]:
        """The means, and start anew."""
        self._share()
        means = self.peek()
        self._sums, self._counts = {}, {}
        return means

    def _share(self) -> None:
        """Make the sums of all devices their mean."""
        if self._sums:
            shared = averaged(torch.stack(list(self._sums.values())))
            self._sums = {name: value.clone() for name, value in zip(self._sums, shared, strict=True)}
