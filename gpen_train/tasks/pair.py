"""What a task is, the pair that it makes of a clean image, and a batch of them."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from torch import Tensor

from gpen_train.degradations.chain import Chain, Step

MADE, IMAGES, LABEL_MAPS = "made", "images", "label maps"  # by the task, or as they lie beside the faces


class Pair(NamedTuple):
    """The network's input and its target: RGB uint8 arrays from a task, [h, w, 3] and [H, W, 3]."""

    degraded: np.ndarray
    clean: np.ndarray
    plan: list[Step] | None = None  # by which the device makes the degraded image, empty until then


class Task(Protocol):
    """Makes a pair of a clean image, uint8 [R, R, 3], with all randomness from the generator.

    One whose ``inputs`` name others than MADE has ``pair(pair, rng)`` too, for pairs that a source has.
    """

    name: str
    chain: Chain | None  # of degradations, where the task has any
    inputs: tuple[str, ...]  # of MADE, IMAGES and LABEL_MAPS: what it can learn from

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values, for a bundle's ``args``."""

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair: ...


class Batch(NamedTuple):
    """What the training step gets: uint8 until it is on the device."""

    degraded: Tensor  # uint8 [B, h, w, 3]; of the images that have no plan
    clean: Tensor  # uint8 [B, H, W, 3]
    unreadable: dict[str, str]  # path -> reason
    plans: list[list[Step] | None] | None = None  # of all images; None where none has any
