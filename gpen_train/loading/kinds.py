"""The kinds of data that configs/data names: each function makes a split from plain values."""

from collections.abc import Callable

from gpen_train.drawn import DrawnFaces
from gpen_train.places.patience import Patience
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import DEFAULT_SPLIT, HuggingFaceImages
from gpen_train.sources.pairs import pair_folders
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.source import Source
from gpen_train.sources.split import SHARE, Common, Split, divide, split
from gpen_train.sources.zip import ZipSource


def folder(
    common: Common,
    root: str,  # a folder of images, subfolders included
    held_out_root: str | None = None,  # a folder of its own for the held-out images; None splits root
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of root, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller files are left out; None: resolution / 2
) -> Split:
    """Photographs in a folder. Raises OSError or ValueError where they cannot be used."""

    def read(place: str) -> Source:
        return FolderSource(place, common.resolution, min_size, common.ledger)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)


def archive(
    common: Common,
    root: str,  # a zip of images
    held_out_root: str | None = None,  # a zip of its own for the held-out images; None splits root
    num_held_out: int = 64,
    held_out_share: float = SHARE,
    min_size: int | None = None,
) -> Split:
    """Photographs in a zip, as ``folder``."""

    def read(place: str) -> Source:
        return ZipSource(place, common.resolution, min_size, common.ledger)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)


def drawn(
    common: Common,
    num_images: int,  # different faces to train on
    num_held_out: int = 64,  # faces that training never sees
) -> Split:
    """Drawn faces, no download: 0 .. num_images - 1 to train on, those that follow held out."""
    common.ledger.num_files += num_images + num_held_out
    train = DrawnFaces(common.resolution, num_images, common.seed)
    if not num_held_out:
        return Split(train, None)
    return Split(train, DrawnFaces(common.resolution, num_held_out, common.seed, first=num_images))


def pairs(
    common: Common,
    degraded: str,  # a folder of images, as they come from a scanner or a camera
    clean: str,  # a folder with the same images as they should be, under the same names
    num_held_out: int = 64,
    held_out_share: float = SHARE,
    min_size: int | None = None,  # of the clean ones
) -> Split:
    """Real degraded images beside clean ones; raises ValueError for an image without a partner."""
    sides = (common.resolution, common.degraded_resolution)
    source = pair_folders(degraded, clean, *sides, min_size, common.ledger)
    return split(source, num_held_out, held_out_share, common.ledger)


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
    """Photographs in WebDataset shards, here or at URLs; raises as ``folder``."""
    patience = Patience(attempts, time_out)

    def read(place: str) -> Source:
        return ShardSource(place, common.resolution, min_size, common.ledger, patience)

    return divide(read, root, held_out_root, num_held_out, held_out_share, common.ledger)


def hugging_face(
    common: Common,
    root: str,  # a folder that save_to_disk wrote, one of parquet files, a file, or user/set of the Hub
    column: str | None = None,  # with the images; None: the one that looks like it
    split: str = DEFAULT_SPLIT,  # of a dataset that has several
    held_out_split: str | None = None,  # for the held-out images; None holds out a part of split
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of split, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller images are left out; None: resolution / 2
) -> Split:
    """Photographs in a dataset of Hugging Face; raises as ``folder``."""

    def read(name: str) -> Source:
        return HuggingFaceImages(root, common.resolution, name, column, min_size, common.ledger)

    return divide(read, split, held_out_split, num_held_out, held_out_share, common.ledger)


KINDS: dict[str, Callable[..., Split]] = {
    "folder": folder,
    "zip": archive,
    "shards": shards,
    "hugging_face": hugging_face,
    "drawn": drawn,
    "pairs": pairs,
}
