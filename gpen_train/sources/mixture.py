"""Several sources as one, each with a weight."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gpen_train.sources.orders import InTurn
from gpen_train.sources.source import Source, digest


class Mixture:
    """The images of ``parts``, one part after the other; in training they come in proportion to ``weights``.

    Raises ValueError where there are no parts, or another number of weights.
    """

    def __init__(self, parts: Sequence[Source], weights: Sequence[float]):
        if not parts or len(parts) != len(weights):
            raise ValueError(f"found {len(parts)} parts and {len(weights)} weights; expected as many of both")
        self.parts, self.weights = list(parts), list(weights)
        self.name = "+".join(part.name for part in parts)
        self.resolution = parts[0].resolution
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, index: int) -> Any:
        part, index = self._of_part(index)
        return part[index]

    def label(self, index: int) -> str:
        part, index = self._of_part(index)
        return f"{part.name}/{part.label(index)}"

    def content_key(self, index: int) -> str:
        part, index = self._of_part(index)
        return part.content_key(index)

    def fingerprint(self) -> str:
        pairs = zip(self.parts, self.weights, strict=True)
        return digest([f"{part.fingerprint()} x {weight:g}" for part, weight in pairs])

    def order(self, seed: int) -> InTurn:
        """All parts in turn, as their weights say."""
        return InTurn(self.parts, self.weights, seed)

    def with_parts(self, parts: Sequence[Source]) -> "Mixture":
        return Mixture(parts, self.weights)

    def _of_part(self, index: int) -> tuple[Source, int]:
        """The part that holds an image, and its index there."""
        index = range(len(self))[index]
        number = int(np.searchsorted(self._ends, index, side="right"))
        return self.parts[number], index - int(self._ends[number - 1]) * (number > 0)
