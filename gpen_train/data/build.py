"""The choices of configs/data: each function makes a FaceDataModule from plain values."""

from gpen_train.data.datamodule import FaceDataModule
from gpen_train.data.dataset import Task
from gpen_train.data.drawn.source import DrawnFaces
from gpen_train.data.folder import FolderSource
from gpen_train.data.ledger import Ledger


def folder_data(
    root: str,  # a folder of images, subfolders included
    resolution: int,  # pixels per side
    task: Task,
    images: int,  # to see in the whole run
    held_out_root: str | None = None,  # a folder of its own for the held-out images; None splits root
    num_held_out: int = 64,  # at most; of root itself never more than a tenth, one at least
    min_size: int
    | None = None,  # pixels of the shorter side, smaller files are left out; None: resolution / 2
    batch_size: int = 16,
    num_workers: int = 2,
    seed: int = 0,
    cache: bool = True,
) -> FaceDataModule:
    """Photographs in a folder. Raises OSError or ValueError where they cannot be used."""
    ledger = Ledger()
    source = FolderSource(root, resolution, min_size, ledger)
    if held_out_root is None:
        train, held_out = source.split(num_held_out)
    else:
        train, others = source, FolderSource(held_out_root, resolution, min_size, ledger)
        held_out = others.first_readable(num_held_out)
    return FaceDataModule(train, held_out, task, images, batch_size, num_workers, seed, cache, ledger)


def drawn_data(
    num_images: int,  # different faces to train on
    resolution: int,  # pixels per side
    task: Task,
    images: int,  # to see in the whole run
    num_held_out: int = 64,  # faces that training never sees
    batch_size: int = 16,
    num_workers: int = 2,
    seed: int = 0,
    cache: bool = True,
) -> FaceDataModule:
    """Drawn faces, no download: 0 .. num_images - 1 to train on, those that follow held out."""
    train = DrawnFaces(resolution, num_images, seed)
    held_out = DrawnFaces(resolution, num_held_out, seed, first=num_images) if num_held_out else None
    return FaceDataModule(
        train, held_out, task, images, batch_size, num_workers, seed, cache, fill_first="drawing faces"
    )
