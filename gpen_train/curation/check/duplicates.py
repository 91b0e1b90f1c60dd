"""Images that are there twice: the same file, or the same picture in another size, format or light."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from gpen_train.progress import with_progress

ROWS = 512  # hashes compared with all others at a time


def equal(values: Sequence[str]) -> list[list[int]]:
    """Groups of two or more indices with equal values, each sorted."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        groups[value].append(index)
    return [group for group in groups.values() if len(group) > 1]


def alike(hashes: Sequence[str], max_bits: int) -> list[list[int]]:
    """Groups of indices whose hashes differ in at most ``max_bits`` bits, directly or through others.

    Every pair is compared: with bits as +1 and -1, the distance of two hashes of n bits is half of n less
    their product, and the products of many pairs are one matrix product.
    """
    pairs = [(group[0], other) for group in equal(hashes) for other in group[1:]]
    distinct = np.array(
        sorted({value: index for index, value in reversed([*enumerate(hashes)])}.values()), int
    )
    bits = np.array([list(bytes.fromhex(hashes[index])) for index in distinct], np.uint8)
    signs = np.unpackbits(bits, axis=1).astype(np.float32) * 2 - 1 if len(distinct) else np.empty((0, 0))
    least = signs.shape[1] - 2 * max_bits  # product of two that are near enough
    starts = range(0, len(signs), ROWS)
    for start in with_progress(starts, "comparing", len(starts)):
        near = signs[start : start + ROWS] @ signs[start:].T >= least  # [ROWS, N - start]
        rows, columns = np.nonzero(np.triu(near, k=1))
        pairs += zip(distinct[rows + start].tolist(), distinct[columns + start].tolist(), strict=True)
    return connected(pairs)


def connected(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of all that hang together through ``pairs``, each sorted, in order of their first."""
    leader: dict[int, int] = {}

    def find(index: int) -> int:
        leader.setdefault(index, index)
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for index in sorted(leader):
        groups[find(index)].append(index)
    return list(groups.values())
