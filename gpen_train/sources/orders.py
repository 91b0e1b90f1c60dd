"""The orders in which images come: pass after pass, near each other, or from several sources in turn."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gpen_train.sources.draws import Draw, Order, Stream, generator
from gpen_train.sources.source import Source
from gpen_train.words import plural

WINDOW = 4  # shards whose images are shuffled together
CYCLE = 1000  # places that the parts of a mixture share: weights count to a thousandth


def order_of(source: Source, seed: int, part: int = 0) -> Order:
    """The order for ``source``: its own, or passes through all of it; ``part`` tells equal sources apart."""
    if hasattr(source, "order"):
        return source.order(seed)
    groups = getattr(source, "groups", None)
    return Passes(len(source), seed, part) if groups is None else NearbyPasses(groups, seed, part)


class Passes:
    """Every image once a pass, each pass in a permutation of its own.

    Raises ValueError where there are no images.
    """

    def __init__(self, num_images: int, seed: int, part: int = 0):
        if num_images < 1:
            raise ValueError(
                f"found {plural(num_images, 'image')} to train on; expected 1 or more: add images"
            )
        self.num_images, self.seed, self.part = num_images, seed, part
        self._kept = lru_cache(maxsize=2)(self.indices)  # a batch can end one pass and begin the next

    def draw(self, position: int) -> Draw:
        pass_number, place = divmod(position, self.num_images)
        return Draw(int(self._kept(pass_number)[place]), pass_number)

    def indices(self, pass_number: int) -> np.ndarray:
        """The images of a pass in their order: int [num_images]."""
        return self._generator(pass_number).permutation(self.num_images)

    def _generator(self, pass_number: int) -> np.random.Generator:
        return generator(self.seed, Stream.ORDER, Draw(self.part, pass_number))


class NearbyPasses(Passes):
    """As Passes, with images that lie together near each other, so that shards are read one after another.

    In each pass the shards are permuted, and the images of ``window`` shards at a time are shuffled: what a
    stream of shards does with a shuffle buffer of that many, but without its state.
    """

    def __init__(self, groups: np.ndarray, seed: int, part: int = 0, window: int = WINDOW):
        super().__init__(len(groups), seed, part)
        _, self.groups = np.unique(groups, return_inverse=True)  # int [N]: 0, 1, ... without gaps
        self.window = window

    def indices(self, pass_number: int) -> np.ndarray:
        rng = self._generator(pass_number)
        places = rng.permutation(self.groups.max() + 1)  # of each shard in this pass
        return np.lexsort((rng.random(self.num_images), places[self.groups] // self.window))


class InTurn:
    """The images of several sources, which follow each other in the index, in proportion to ``weights``.

    CYCLE places are dealt out by the weights and shuffled anew in each cycle. Each part goes on in its own
    passes, so a small one with a large weight is seen more often than a large one with a small weight.
    """

    def __init__(self, sources: Sequence[Source], weights: Sequence[float], seed: int):
        self.orders = [order_of(source, seed, part) for part, source in enumerate(sources)]
        self.starts = np.cumsum([0, *map(len, sources)])
        self.counts, self.seed = apportion(CYCLE, weights), seed
        self._kept = lru_cache(maxsize=2)(self.arrangement)

    def draw(self, position: int) -> Draw:
        cycle, place = divmod(position, CYCLE)
        parts, ranks = self._kept(cycle)
        part = int(parts[place])
        index, pass_number = self.orders[part].draw(cycle * self.counts[part] + int(ranks[place]))
        return Draw(int(self.starts[part]) + index, pass_number)

    def arrangement(self, cycle: int) -> tuple[np.ndarray, np.ndarray]:
        """Which part has each place of a cycle, and how many places it had before: int [CYCLE] each."""
        rng = generator(self.seed, Stream.ORDER, Draw(len(self.orders), cycle))
        parts = rng.permutation(np.repeat(np.arange(len(self.orders)), self.counts))
        ranks = np.empty(CYCLE, np.int64)
        for part, count in enumerate(self.counts):
            ranks[parts == part] = np.arange(count)
        return parts, ranks


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Deal ``total`` out in proportion to ``weights``, one at least to each.

    Largest remainders: https://en.wikipedia.org/wiki/Quota_method. Raises ValueError for a weight that is
    not above 0, and where there are more weights than ``total``.
    """
    if any(not weight > 0 for weight in weights) or len(weights) > total:
        raise ValueError(
            f"{plural(total, 'image')} cannot be divided by the weights {', '.join(map(str, weights))}; "
            "expected weights above 0, and an image for each at least"
        )
    exact = total * np.asarray(weights, float) / sum(weights)
    counts = np.maximum(1, np.floor(exact)).astype(int)
    while counts.sum() < total:
        counts[np.argmax(exact - counts)] += 1
    while counts.sum() > total:
        counts[np.argmax(counts)] -= 1
    return counts.tolist()
