"""Label maps beside faces: two folders, or drawn faces and what they were drawn of."""

from pathlib import Path

import numpy as np

from gpen_train.conventions.labels import decode_labels, resize_labels, to_colours
from gpen_train.drawn import DrawnFaces, DrawnLabels
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.pairs import PairSource, partners, side_by_side
from gpen_train.sources.split import SHARE, Common, Split, split
from gpen_train.sources.stored import SMALLEST_SIDE
from gpen_train.tasks.pair import LABEL_MAPS
from gpen_train.words import plural


class LabelFolder(FolderSource):
    """The label maps of a folder in their colours, uint8 [resolution, resolution, 3]; none is interpolated.

    One that has other numbers or colours than those of the classes is a bad file.
    """

    def decode(self, content: bytes, path: str) -> np.ndarray:
        return to_colours(resize_labels(decode_labels(content, path), self.resolution))


def labelled_folders(
    maps: str | Path,
    clean: str | Path,
    resolution: int,  # pixels per side of the faces
    map_resolution: int,  # and of the label maps
    min_size: int | None = None,  # pixels, of the shorter side of a face's file; None: half the resolution
    ledger: Ledger | None = None,
) -> PairSource:
    """The faces of one folder with the label maps of the same relative path in another, as ``pair_folders``.

    A map may have another size than its face. Raises ValueError where it has another shape too.
    """
    ledger = Ledger() if ledger is None else ledger
    own = LabelFolder(maps, map_resolution, SMALLEST_SIDE, ledger)
    faces = FolderSource(clean, resolution, min_size, ledger)
    check_shapes(own, faces)
    return side_by_side(own, faces, LABEL_MAPS)


def check_shapes(maps: FolderSource, faces: FolderSource) -> None:
    """Raise ValueError where height and width of a map are in another proportion than those of its face."""
    pairs = list(zip(*partners(maps, faces), strict=True))
    sizes = [(maps.index.shapes[one].tolist(), faces.index.shapes[other].tolist()) for one, other in pairs]
    wrong = [n for n, (one, other) in enumerate(sizes) if one[0] * other[1] != one[1] * other[0]]
    if wrong:
        (row, other), ((height, width), (of_face, across)) = pairs[wrong[0]], sizes[wrong[0]]
        raise ValueError(
            f"{plural(len(wrong), 'label map has', 'label maps have')} another shape than the face: "
            f"{maps.root}/{maps.label(row)} is {width} x {height} px, {faces.root}/{faces.label(other)} "
            f"{across} x {of_face}; expected maps of the same crop, at any size"
        )


def label_maps_data(
    common: Common,
    maps: str,  # a folder of label maps with the classes of CelebAMask-HQ
    clean: str,  # a folder of faces under the same names
    num_held_out: int = 64,
    held_out_share: float = SHARE,
    min_size: int | None = None,  # of the faces
) -> Split:
    """data=label_maps; raises ValueError for faces without a map, maps without a face, and other shapes."""
    sides = (common.resolution, common.degraded_resolution)
    source = labelled_folders(maps, clean, *sides, min_size, common.ledger)
    return split(source, num_held_out, held_out_share, common.ledger)


def with_label_maps(faces: DrawnFaces, map_resolution: int) -> PairSource:
    """Drawn faces, each with its label map in colours."""
    maps = DrawnLabels(map_resolution, faces.num_images, faces.seed, faces.first)
    return PairSource(maps, faces, LABEL_MAPS)
