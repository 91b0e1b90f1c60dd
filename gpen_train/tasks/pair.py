"""The pair that every task makes of a clean image."""

from typing import NamedTuple

import numpy as np


class Pair(NamedTuple):
    """The network's input and its target: RGB uint8 arrays from a task, [h, w, 3] and [H, W, 3]."""

    degraded: np.ndarray
    clean: np.ndarray
