"""One image in one pass, and the generator of all that is random about it."""

from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np


class Stream(IntEnum):
    """What randomness is for. Streams of one seed are independent of each other."""

    TRAINING = 0
    VALIDATION = 1
    ORDER = 2


class Draw(NamedTuple):
    """One image in one pass through the source: all that its randomness depends on, beside the seed."""

    index: int  # type: ignore[assignment]  # tuples have a method of that name
    pass_number: int


def generator(seed: int, stream: Stream, draw: Draw) -> np.random.Generator:
    """The generator of one sample; always of four words, as numpy takes [1] and [1, 0] for the same seed."""
    return np.random.default_rng([seed, stream, draw.pass_number, draw.index])


class Order(Protocol):
    """A source's images, one after the other without end; those of ``orders.py``."""

    def draw(self, position: int) -> Draw:
        """The image that a run sees as its ``position``-th, counted from 0; a pure function."""
