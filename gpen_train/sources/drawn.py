"""Drawn faces as data to train on."""

from gpen_train.drawn import DrawnFaces
from gpen_train.sources.split import Common, Split


def drawn_data(
    common: Common,
    num_images: int,  # different faces to train on
    num_held_out: int = 64,  # faces that training never sees
) -> Split:
    """data=drawn: faces 0 .. num_images - 1 to train on, those that follow held out."""
    common.ledger.num_files += num_images + num_held_out
    train = DrawnFaces(common.resolution, num_images, common.seed)
    if not num_held_out:
        return Split(train, None)
    return Split(train, DrawnFaces(common.resolution, num_held_out, common.seed, first=num_images))
