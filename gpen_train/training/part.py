"""A part of a batch, and the randomness of a step on the device."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gpen_train.images import to_float
from gpen_train.processes import num_processes, rank
from gpen_train.tasks.pair import Batch


class Part(NamedTuple):
    """A part of a batch, as images in [-1, 1]."""

    degraded: Tensor  # [B, 3, h, w]
    clean: Tensor  # [B, 3, R, R]
    number: int = 0  # of the part,
    total: int = 1  # of so many

    def places(self, num: int) -> range:
        """Where the part's first ``num`` images lie in the global batch.

        What is drawn for a place is the same on any number of devices, and into however many parts they cut
        their share.
        """
        first, step = rank() + self.number * num_processes(), self.total * num_processes()
        return range(first, num * step, step)


class Purpose(IntEnum):
    """What randomness on the device is for."""

    NOISE = 0
    LATENTS = 1
    AUGMENT = 2
    PATH_LENGTH = 3
    PATH_LATENTS = 4


def part_of(batch: Batch, number: int, count: int) -> Part:
    """Every ``count``-th pair: a group of the discriminator's minibatch deviation stays whole."""
    degraded, clean = batch.degraded[number::count], batch.clean[number::count]
    return Part(to_float(degraded), to_float(clean), number, count)


def random_source(like: Tensor, purpose: Purpose, *words: int) -> torch.Generator | None:
    """A generator on the device of ``like`` whose numbers are a function of ``purpose`` and ``words``.

    None on the meta device, which has no numbers.
    """
    if like.device.type == "meta":
        return None
    state = np.random.SeedSequence([*words, purpose]).generate_state(1)
    return torch.Generator(like.device).manual_seed(int(state[0]))
