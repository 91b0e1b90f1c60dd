"""What the kinds of data share: sizes, seed and ledger, and the way to a part that is held out."""

from collections.abc import Callable
from typing import NamedTuple

from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Source, subset
from gpen_train.sources.split import Split, first_readable, split


class Common(NamedTuple):
    """What all parts of a dataset share."""

    resolution: int  # pixels per side of clean images
    degraded_resolution: int  # and of degraded ones, where those are files
    seed: int
    ledger: Ledger


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
