"""Steps that had to be skipped, and what to say when there are too many of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


class DivergedError(RuntimeError):
    """Too many steps in a row had gradients that are not finite."""


@dataclass
class Health:
    """Counts of skipped steps: all of the run's, and those in a row. They are kept in checkpoints."""

    skipped: int = 0
    in_a_row: int = 0
    went_back: bool = False  # to an earlier checkpoint, with lower rates, which is done once

    def note(self, is_good: bool) -> None:
        """Count a step."""
        self.skipped += not is_good
        self.in_a_row = 0 if is_good else self.in_a_row + 1


def is_finite(value: object) -> bool:
    """Whether a tensor is; anything else is taken to be."""
    return not isinstance(value, Tensor) or not value.is_floating_point() or bool(value.isfinite().all())


def first_bad(
    inputs: Mapping[str, Tensor], networks: Mapping[str, nn.Module], run: Callable[[], Mapping[str, Tensor]]
) -> str:
    """The name of the first tensor that is not finite: an input, a parameter, a layer's output, a loss term.

    ``run`` computes the loss terms once more, through the networks.
    """
    for name, tensor in inputs.items():
        if not is_finite(tensor):
            return f"the input {name}"
    named = {f"{part}.{name}": m for part, network in networks.items() for name, m in network.named_modules()}
    for name, module in named.items():
        for own, parameter in module.named_parameters(recurse=False):
            if not is_finite(parameter):
                return f"the parameter {name}.{own}"
    bad: list[str] = []

    def watch(name: str) -> Callable:
        def hook(module: nn.Module, arguments: tuple, output: object) -> None:
            outputs = output if isinstance(output, tuple) else (output,)
            if not bad and not all(map(is_finite, outputs)):
                bad.append(f"the output of {name}")

        return hook

    handles = [module.register_forward_hook(watch(name.rstrip("."))) for name, module in named.items()]
    try:
        with torch.enable_grad():
            terms = run()
    finally:
        for handle in handles:
            handle.remove()
    bad += [f"the loss term {name}" for name, term in terms.items() if not is_finite(term)]
    return bad[0] if bad else "a gradient"
