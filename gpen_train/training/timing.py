"""How long the steps of a training take on the device at hand, found by taking a few."""

from collections import Counter
from math import lcm
from time import perf_counter
from typing import NamedTuple

import torch

from gpen_train.devices import wait_for
from gpen_train.tasks.pair import Batch
from gpen_train.training.module import TrainingModule
from gpen_train.training.step import AdversarialStep

LONG = 20.0  # seconds for all that is timed; where whole batches would take longer, one image stands for them
MOST_STEPS = 1024  # of a cycle of regularisers that is looked through
Kind = tuple[bool, ...]  # which of the gradient penalties a step carries


class Timing(NamedTuple):
    """What was timed: the mean step, its regularisers at the rate at which they come."""

    images_per_second: float  # on one device
    batch: int  # images a timed step


def timed(module: TrainingModule, batch: int, input_side: int) -> Timing:
    """Take steps of ``batch`` random images, or of one where those are slow, of each kind that a run takes.

    ``module`` is new, on the device, and of no use afterwards. ``input_side``: pixels of degraded images, 0
    for a prior.
    """
    module.configure_optimizers()
    cycle = kinds(module)
    first = _seconds(module, 1, input_side, 0)  # warms up
    taken = {kind_of(module, 0): first} if first > LONG else {}
    if batch > 1 and first * batch * len(cycle) > LONG:
        batch = 1
    elif batch > 1:
        _seconds(module, batch, input_side, 0)  # libraries choose their ways by the shapes
    for kind in cycle.keys() - taken.keys():
        taken[kind] = _seconds(module, batch, input_side, _first(module, kind))
    mean = sum(count * taken[kind] for kind, count in cycle.items()) / cycle.total()
    return Timing(batch / mean, batch)


def kinds(module: TrainingModule) -> Counter[Kind]:
    """How often each kind of step comes in a cycle."""
    cycle = lcm(*_intervals(module))
    return Counter(kind_of(module, number) for number in range(min(cycle, MOST_STEPS)))


def kind_of(module: TrainingModule, number: int) -> Kind:
    """Of the step of that number, counted from 0."""
    return tuple(number % interval == 0 for interval in _intervals(module))


def _intervals(module: TrainingModule) -> list[int]:
    """Of the gradient penalties, in steps."""
    return [loss.block.interval for loss in module.step.losses if loss.block.penalizes]


def _first(module: TrainingModule, kind: Kind) -> int:
    return next(number for number in range(MOST_STEPS) if kind_of(module, number) == kind)


def _seconds(module: TrainingModule, num_images: int, input_side: int, number: int) -> float:
    """Of the step of that number, once all terms count."""
    step, device = module.step, module.device
    cycle = lcm(*_intervals(module)) * num_images
    step.images_seen = -(-all_count_from(step) // cycle) * cycle + number * num_images
    batch = random_batch(module, num_images, input_side, device)
    wait_for(device)
    begin = perf_counter()
    step(batch)
    wait_for(device)
    return perf_counter() - begin


def random_batch(module: TrainingModule, num_images: int, input_side: int, device: torch.device) -> Batch:
    """Random images on the device, as a loader would give them; ``input_side`` 0 for a prior."""
    sides = (input_side, module.step.model.output_resolution)
    degraded, clean = (torch.randint(256, (num_images, side, side, 3), dtype=torch.uint8) for side in sides)
    return Batch(degraded.to(device), clean.to(device), {})


def all_count_from(step: AdversarialStep) -> int:
    """The number of images seen from which on every loss counts, and both networks learn."""
    return max([step.rates.warmup, *(loss.block.start for loss in step.losses)])
