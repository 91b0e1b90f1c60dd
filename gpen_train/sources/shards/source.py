"""Photographs in WebDataset shards: tar files, here or at URLs."""

import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

import numpy as np

from gpen_train.places.file import File, LocalFile, RemoteFile
from gpen_train.places.patience import Patience
from gpen_train.places.place import place_of_copy
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.shards.contents import UNKNOWN, index_shards
from gpen_train.sources.shards.names import find_shards
from gpen_train.sources.shards.sidecar import sidecar_of
from gpen_train.sources.source import Source
from gpen_train.sources.split import SHARE, Common, Split, divide
from gpen_train.sources.stored import StoredImages


class ShardSource(StoredImages):
    """Every image in the tar files of ``where``, sorted by name, cropped to its central square.

    Each image is read where it lies, whatever its shard: workers and ranks share the work by the images they
    are given. ``groups`` tells which lie together, so that an order can keep near. What gpen data shard has
    written brings a list of its images with their checksums; of other tars the headers are read, once.

    A shard that is cut short gives what lies before the cut. An image that a server does not give, after as
    many attempts as ``patience`` says, or whose bytes are not those that were written, raises
    UnreadableImageError. A shard of a server that sends no parts of files is first downloaded to the cache.

    Raises OSError where a shard is missing or cannot be had, ValueError where there are no images or mostly
    bad ones.
    """

    def __init__(
        self,
        where: str | Path | Sequence[str],  # a folder, a pattern, a URL, or several: see names.find_shards
        resolution: int,  # pixels per side of the images given out
        min_size: int | None = None,  # pixels, of the shorter side of a file; None: half the resolution
        ledger: Ledger | None = None,
        patience: Patience | None = None,  # with servers
    ):
        self.shards = [_with_parts(shard) for shard in find_shards(where, patience or Patience())]
        self.name = PurePosixPath(self.shards[0].name).stem.rstrip("-_.0123456789") or "shards"
        root = str(where) if isinstance(where, str | Path) else ", ".join(map(str, where))
        super().__init__(root, index_shards(self.shards), resolution, min_size, ledger)

    @property
    def groups(self) -> np.ndarray:
        """The number of each image's shard: int64 [N]."""
        return self.index.places[:, 0]

    def content(self, index: int) -> bytes:
        number, offset, checksum = self.index.places[index].tolist()
        size = int(self.index.sizes[index])
        content = self.shards[number].read(offset, size)
        if len(content) < size:
            raise OSError(f"{self.shards[number].name} ends within it")
        if checksum not in (UNKNOWN, zlib.crc32(content)):
            raise OSError(f"its bytes in {self.shards[number].name} are not those that were written")
        return content


def _with_parts(shard: File) -> File:
    """``shard``, or a copy of it here where the server sends whole files only."""
    if not isinstance(shard, RemoteFile) or shard.facts.has_ranges:
        return shard
    copy = LocalFile(place_of_copy(shard))
    if not copy.path.exists():
        with suppress(FileNotFoundError):
            sidecar_of(shard).download(sidecar_of(copy).path)
        shard.download(copy.path)
    return copy


def shards_data(
    common: Common,
    root: str,  # a folder of shards, a pattern such as data/ffhq-{000000..000069}.tar, or a URL of either
    held_out_root: str | None = None,  # shards of its own for the held-out images; None splits root
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of root, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller files are left out; None: resolution / 2
    attempts: int = Patience().attempts,  # requests to a server before an image is left out
    time_out: float = Patience().time_out,  # seconds without a byte from a server
) -> Split:
    """data=shards; raises as ``folder_data``."""
    patience = Patience(attempts, time_out)

    def read(place: str) -> Source:
        return ShardSource(place, common.resolution, min_size, common.ledger, patience)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)
