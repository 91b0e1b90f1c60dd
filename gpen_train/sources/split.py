"""Which images are held out: a property of each image alone, whatever lies beside it."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np

from gpen_train.images import UnreadableImageError
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Source, subset
from gpen_train.words import plural

SHARE = 0.02  # of all images, about
DIGITS = 13  # of a key: what a float holds


class Common(NamedTuple):
    """What all parts of a dataset share."""

    resolution: int  # pixels per side of clean images
    degraded_resolution: int  # and of degraded ones, where those are files
    seed: int
    ledger: Ledger


class Split(NamedTuple):
    """The two sides of a dataset, which have no image in common."""

    train: Source
    held_out: Source | None  # None: nothing is held out


def split(source: Source, num_held_out: int, share: float = SHARE, ledger: Ledger | None = None) -> Split:
    """Hold out the images whose content keys, read as fractions of 1, are below ``share``.

    An image stays on its side when others are added, removed, renamed or packed into an archive, and copies
    of one file are on the same side. Of those held out, ``num_held_out`` at most are given back, the ones
    with the lowest keys; 0 holds out nothing. They are decoded here: each is known to be whole, and bad ones
    go to ``ledger``. Where no key is low enough, as in a small folder, the image with the lowest one is held
    out.

    Raises ValueError where nothing would be left to train on.
    """
    if num_held_out < 0 or not 0 <= share < 1:
        raise ValueError(
            f"data.num_held_out is {num_held_out} and data.held_out_share is {share}; expected 0 or more "
            "images, and a share below 1"
        )
    if num_held_out == 0:
        return Split(source, None)
    fractions = np.array([fraction(source.content_key(index)) for index in range(len(source))])
    by_key = np.argsort(fractions, kind="stable")
    num_low = int((fractions < share).sum())
    low, high = by_key[:num_low], by_key[num_low:]
    ledger = Ledger(len(source)) if ledger is None else ledger
    held_out = first_readable(source, low.tolist(), num_held_out, ledger)
    if not held_out:
        (held_out, high) = _lowest_readable(source, high, ledger)
    if not held_out:
        raise ValueError(
            f"none of the {plural(len(source), 'image')} of {source.name} can be used "
            f"({ledger.first()}); expected whole files: repair them, or choose another folder"
        )
    if not len(high):
        raise ValueError(
            f"{source.name} holds {len(source)} usable image{'s' * (len(source) != 1)}; expected 2 or more "
            "that differ, as one is held out for evaluation: add images, or set data.num_held_out=0"
        )
    return Split(subset(source, np.sort(high)), subset(source, sorted(held_out)))


def divide(
    read: Callable[[str], Source],  # a source from one of the places
    root: str,
    held_out_root: str | None,
    num_held_out: int,
    held_out_share: float,
    ledger: Ledger,
) -> Split:
    """Hold out a part of ``root``, or images of a place of their own."""
    if held_out_root is None:
        return split(read(root), num_held_out, held_out_share, ledger)
    train, others = read(root), read(held_out_root)
    return Split(train, subset(others, first_readable(others, range(len(others)), num_held_out, ledger)))


def fraction(key: str) -> float:
    """A content key as a number in [0, 1), evenly distributed over images."""
    return int(key[:DIGITS], 16) / 16**DIGITS


def first_readable(source: Source, indices: Iterable[int], wanted: int, ledger: Ledger) -> list[int]:
    """The first ``wanted`` of ``indices`` whose images decode to the end; those that do not are noted."""
    return list(islice(_readable(source, indices, ledger), wanted))


def _lowest_readable(source: Source, by_key: np.ndarray, ledger: Ledger) -> tuple[list[int], np.ndarray]:
    """The first image of ``by_key`` that decodes, and those after it."""
    held_out = first_readable(source, by_key.tolist(), 1, ledger)
    num_tried = by_key.tolist().index(held_out[0]) + 1 if held_out else len(by_key)
    return held_out, by_key[num_tried:]


def _readable(source: Source, indices: Iterable[int], ledger: Ledger) -> Iterable[int]:
    for index in indices:
        try:
            source[index]
        except UnreadableImageError as error:
            ledger.note({error.path: error.reason})
        else:
            yield index
