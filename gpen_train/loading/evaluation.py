"""Images of a source as an evaluation takes them: each with one degraded image, always the same."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

from gpen_train.evaluation.cases import Cases, Examples, Load
from gpen_train.loading.build import inputs_of
from gpen_train.parallel import in_parallel
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.sources.source import Source
from gpen_train.tasks.pair import MADE, Pair

Degrade = Callable[[np.ndarray, np.random.Generator], Sequence]  # clean -> degraded, clean, ..


class SourcePairs:
    """The images of ``source``, degraded by a function of (seed, index) alone, as ``gpen data degrade`` does.

    Images that come as pairs stay as they are. A file that cannot be decoded raises UnreadableImageError:
    to pass over it would change the set.
    """

    has_clean = True

    def __init__(self, source: Source, degrade: Degrade | None, seed: int) -> None:
        self.source, self.degrade, self.seed = source, degrade, seed
        self.name, self.resolution = source.name, source.resolution
        self.has_degraded = degrade is not None or inputs_of(source) != {MADE}

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> tuple[np.ndarray | None, np.ndarray]:
        item = self.source[index]
        if isinstance(item, Pair):
            return item.degraded, item.clean
        if self.degrade is None:
            return None, item
        pair = self.degrade(item, generator(self.seed, Stream.VALIDATION, Draw(index, 0)))
        return pair[0], pair[1]

    def label(self, index: int) -> str:
        return self.source.label(index)

    def fingerprint(self) -> str:
        return self.source.fingerprint()


def loading(examples: Examples, num_workers: int | None) -> Load:
    """How an engine gets its batches: decoded and degraded in ``num_workers`` processes beside this one."""

    def load(batches: Sequence[Sequence[int]]) -> Iterable[Cases]:
        return in_parallel(examples.__getitem__, batches, num_workers, torch.cuda.is_available())

    return load
