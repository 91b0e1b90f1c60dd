"""Shards as a kind of data: what configs/data/shards.yaml names."""

from gpen_train.data.divide import Common, divide
from gpen_train.data.shards.remote import Patience
from gpen_train.data.shards.source import ShardSource
from gpen_train.data.source import Source
from gpen_train.data.split import SHARE, Split


def shards(
    common: Common,
    root: str,  # a folder of shards, a pattern such as data/ffhq-{000000..000069}.tar, or a URL of either
    held_out_root: str | None = None,  # shards of its own for the held-out images; None splits root
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of root, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller files are left out; None: resolution / 2
    attempts: int = Patience().attempts,  # requests to a server before an image is left out
    time_out: float = Patience().time_out,  # seconds without a byte from a server
) -> Split:
    """Photographs in WebDataset shards, here or behind http; raises as ``folder``."""
    patience = Patience(attempts, time_out)

    def read(place: str) -> Source:
        return ShardSource(place, common.resolution, min_size, common.ledger, patience)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)
