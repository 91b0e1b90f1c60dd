"""What went bad first, where too many steps in a row had to be skipped."""

from collections.abc import Callable, Iterable, Mapping

from torch import Tensor, nn

from gpen_train.tasks.pair import Batch
from gpen_train.training.health import DivergedError
from gpen_train.training.part import part_of
from gpen_train.training.step import AdversarialStep
from gpen_train.words import plural


def diverged(step: AdversarialStep, batch: Batch) -> DivergedError:
    """The error that names the first bad tensor; the step's losses are computed once more to find it."""
    whole, count = part_of(batch, 0, 1), step.num_parts(len(batch.clean))
    losses = (step.discriminator_losses, step.generator_losses)
    found = first_bad(
        {"degraded": whole.degraded, "clean": whole.clean},
        {"model": step.model, "discriminator": step.discriminator},
        lambda: (terms for loss in losses for terms in loss(batch, count, None)),
    )
    return DivergedError(
        f"{plural(step.health.in_a_row, 'step')} in a row had gradients that are not finite, up to image "
        f"{step.images_seen}; the first bad tensor is {found}",
        step.health.went_back,
    )


def is_finite(value: object) -> bool:
    """Whether a tensor is; anything else is taken to be."""
    return not isinstance(value, Tensor) or not value.is_floating_point() or bool(value.isfinite().all())


def first_bad(
    inputs: Mapping[str, Tensor],
    networks: Mapping[str, nn.Module],
    run: Callable[[], Iterable[Mapping[str, Tensor]]],
) -> str:
    """The name of the first tensor that is not finite: an input, a parameter, a layer's output, a loss term.

    ``run`` computes the loss terms once more, part by part, through the networks.
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
        parts = list(run())  # whatever else is bad: all devices take part in it
    finally:
        for handle in handles:
            handle.remove()
    bad = [f"the input {name}" for name, tensor in inputs.items() if not is_finite(tensor)]
    for name, module in named.items():
        own = module.named_parameters(recurse=False)
        bad += [f"the parameter {name}.{n}" for n, parameter in own if not is_finite(parameter)]
    bad += [f"the output of {name}" for name in outputs]
    terms = [(name, term) for part in parts for name, term in part.items()]
    bad += [f"the loss term {name}" for name, term in terms if not is_finite(term)]
    return (bad or ["a gradient"])[0]
