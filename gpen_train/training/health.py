"""Steps that had to be skipped, and what to say when there are too many of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn


class DivergedError(RuntimeError):
    """Too many steps in a row had gradients that are not finite, in a run that ``went_back`` or did not."""

    def __init__(self, message: str, went_back: bool) -> None:
        super().__init__(message)
        self.went_back = went_back


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
    named = {f"{part}.{name}": m for part, network in networks.items() for name, m in network.named_modules()}
    outputs: list[str] = []  # the bad ones

    def watch(name: str) -> Callable:
        def hook(module: nn.Module, arguments: tuple, output: object) -> None:
            if not all(map(is_finite, output if isinstance(output, tuple) else (output,))):
                outputs.append(name)

        return hook

    handles = [module.register_forward_hook(watch(name.rstrip("."))) for name, module in named.items()]
    try:
        terms = run()  # whatever else is bad: all devices take part in it
    finally:
        for handle in handles:
            handle.remove()
    bad = [f"the input {name}" for name, tensor in inputs.items() if not is_finite(tensor)]
    for name, module in named.items():
        own = module.named_parameters(recurse=False)
        bad += [f"the parameter {name}.{n}" for n, parameter in own if not is_finite(parameter)]
    bad += [f"the output of {name}" for name in outputs]
    bad += [f"the loss term {name}" for name, term in terms.items() if not is_finite(term)]
    return (bad or ["a gradient"])[0]
