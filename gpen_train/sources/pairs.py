"""Real degraded images, or label maps, beside clean ones: two sources side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gpen_train.sources.folder import FolderSource
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Source, Subset, digest, subset
from gpen_train.sources.split import SHARE, Common, Split, split
from gpen_train.sources.stored import SMALLEST_SIDE
from gpen_train.tasks.pair import IMAGES, Pair
from gpen_train.words import noun, plural

SHOWN = 3  # names in a message


class PairSource:
    """``source[index]`` -> the Pair of both sources' images; all else is that of the clean one."""

    def __init__(self, degraded: Source, clean: Source, inputs: str = IMAGES):  # or LABEL_MAPS
        self.degraded, self.clean, self.inputs = degraded, clean, inputs
        self.name, self.resolution = clean.name, clean.resolution

    def __len__(self) -> int:
        return len(self.clean)

    def __getitem__(self, index: int) -> Pair:
        return Pair(self.degraded[index], self.clean[index])

    def label(self, index: int) -> str:
        return self.clean.label(index)

    def content_key(self, index: int) -> str:
        return self.clean.content_key(index)

    def fingerprint(self) -> str:
        return digest([source.fingerprint() for source in self.parts])

    @property
    def parts(self) -> list[Source]:
        return [self.degraded, self.clean]

    def with_parts(self, parts: Sequence[Source]) -> "PairSource":
        degraded, clean = parts
        return PairSource(degraded, clean, self.inputs)

    def subset(self, indices: Sequence[int] | np.ndarray) -> "PairSource":
        return self.with_parts([subset(source, indices) for source in self.parts])


def pair_folders(
    degraded: str | Path,
    clean: str | Path,
    resolution: int,  # pixels per side of the clean images
    degraded_resolution: int,  # and of the degraded ones
    min_size: int | None = None,  # pixels, of the shorter side of a clean file; None: half the resolution
    ledger: Ledger | None = None,
) -> PairSource:
    """The images of two folders that have the same relative path, whatever their suffixes are.

    Where one file of a pair is bad, the other is not used. Raises ValueError where an image has no partner,
    or more than one.
    """
    ledger = Ledger() if ledger is None else ledger
    return side_by_side(
        FolderSource(degraded, degraded_resolution, SMALLEST_SIDE, ledger),
        FolderSource(clean, resolution, min_size, ledger),
    )


def side_by_side(degraded: FolderSource, clean: FolderSource, inputs: str = IMAGES) -> PairSource:
    """The images of two folders that are partners by name; raises as ``pair_folders``."""
    of_degraded, of_clean = partners(degraded, clean)
    return PairSource(Subset(degraded, of_degraded), Subset(clean, of_clean), inputs)


def partners(*sources: FolderSource) -> list[list[int]]:
    """The rows of both folders' images that have a partner in the other, in the order of the last one's."""
    stems = [_stems(source) for source in sources]
    for one, other in ((0, 1), (1, 0)):
        lonely = sorted(stems[one][stem] for stem in stems[one].keys() - stems[other].keys())
        if lonely:
            have = noun(len(lonely), "has", "have")
            raise ValueError(
                f"{plural(len(lonely), 'image')} of {sources[one].root} {have} no partner in "
                f"{sources[other].root} ({', '.join(lonely[:SHOWN])}{', ..' * (len(lonely) > SHOWN)}); "
                "expected the same names in both, whatever the suffix: rename or remove them"
            )
    rows = [{_stem(label): row for row, label in enumerate(source.index.labels)} for source in sources]
    usable = [stem for stem in rows[1] if stem in rows[0]]
    return [[of_source[stem] for stem in usable] for of_source in rows]


def _stems(source: FolderSource) -> dict[str, str]:
    """Relative path without the suffix -> with it, of all images, the bad ones too."""
    stems: dict[str, str] = {}
    for label in (*source.index.labels, *source.left_out):
        if _stem(label) in stems:
            raise ValueError(
                f"{source.root} holds {stems[_stem(label)]} and {label}; expected one image of a name, as "
                "pairs are matched by it without the suffix: rename or remove one"
            )
        stems[_stem(label)] = label
    return stems


def _stem(label: str) -> str:
    return label.rpartition(".")[0]


def pairs_data(
    common: Common,
    degraded: str,  # a folder of images, as they come from a scanner or a camera
    clean: str,  # a folder with the same images as they should be, under the same names
    num_held_out: int = 64,
    held_out_share: float = SHARE,
    min_size: int | None = None,  # of the clean ones
) -> Split:
    """data=pairs; raises ValueError for an image without a partner."""
    sides = (common.resolution, common.degraded_resolution)
    source = pair_folders(degraded, clean, *sides, min_size, common.ledger)
    return split(source, num_held_out, held_out_share, common.ledger)
