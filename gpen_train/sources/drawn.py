"""Drawn faces as data to train on."""

from gpen_train.drawn import DrawnFaces
from gpen_train.sources.label_maps import with_label_maps
from gpen_train.sources.source import Source
from gpen_train.sources.split import Common, Split


def drawn_data(
    common: Common,
    num_images: int,  # different faces to train on
    num_held_out: int = 64,  # faces that training never sees
    labels: bool = False,  # each beside its label map, for task=seg2face
) -> Split:
    """data=drawn: faces 0 .. num_images - 1 to train on, those that follow held out."""
    common.ledger.num_files += num_images + num_held_out

    def faces(num: int, first: int) -> Source:
        drawn = DrawnFaces(common.resolution, num, common.seed, first)
        return with_label_maps(drawn, common.degraded_resolution) if labels else drawn

    return Split(faces(num_images, 0), faces(num_held_out, num_images) if num_held_out else None)
