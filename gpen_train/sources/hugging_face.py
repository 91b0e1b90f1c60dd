"""Photographs in datasets of Hugging Face: on the Hub, saved by ``datasets``, or in parquet files."""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path

from gpen_train.fields import FILE_NAME, each, named
from gpen_train.files import read_json
from gpen_train.places.place import fetched, files_below, is_url
from gpen_train.progress import with_progress
from gpen_train.quote import quoted
from gpen_train.sources import hub
from gpen_train.sources.arrow import ImageColumn
from gpen_train.sources.arrow_check import check_files
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import Header, content_key, read_header
from gpen_train.sources.index.index import Index
from gpen_train.sources.index.labels import label_of
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.parquet import unpacked
from gpen_train.sources.source import Source
from gpen_train.sources.split import SHARE, Common, Split, divide
from gpen_train.sources.stored import StoredImages

SUFFIXES = (".parquet", ".arrow")
DEFAULT_SPLIT = "train"  # files that name no split belong to it


class HuggingFaceImages(StoredImages):
    """The images in a column of a dataset, sorted by name, cropped to their central squares.

    ``root`` is a folder made by ``save_to_disk``, a folder of parquet files, or a single file; what lies at a
    URL is fetched to the cache folder. Where nothing is there, it is the name of a dataset on the Hub, which
    ``datasets`` downloads once. Arrow files are mapped into memory; parquet files are unpacked to the cache
    folder first, once. Images keep the names of the files they were made of, where each has one of its own,
    else they are numbered.

    Raises OSError or ValueError where there is no such dataset, or mostly bad images.
    """

    def __init__(
        self,
        root: str | Path,
        resolution: int,  # pixels per side of the images given out
        split: str = DEFAULT_SPLIT,  # of a dataset that has several
        column: str | None = None,  # with the images; None: the one that looks like it
        min_size: int | None = None,  # pixels, of the shorter side of an image; None: half the resolution
        ledger: Ledger | None = None,
    ):
        self.name, self.column = Path(root).resolve().stem, column
        found = fetch_files(str(root), split) if is_url(root) else find_files(Path(root), split)
        self.files = [unpacked(path, column) if path.suffix == ".parquet" else path for path in found]
        super().__init__(str(root), self._read_index(), resolution, min_size, ledger)

    def content(self, index: int) -> bytes:
        file, chunk, row = self.index.places[index].tolist()
        return self.columns[file].content(chunk, row)

    @cached_property
    def columns(self) -> list[ImageColumn]:
        """One a file; each process opens its own."""
        return [ImageColumn(path, self.column) for path in self.files]

    def __getstate__(self) -> dict:
        return {name: value for name, value in vars(self).items() if name != "columns"}

    def _read_index(self) -> Index:
        """``places`` holds file, chunk and row; kept for the next start, until a file changes."""
        file = IndexFile("\n".join([*(str(path.resolve()) for path in self.files), str(self.column)]))
        stamp = "\n".join(f"{path.stat().st_size} {path.stat().st_mtime_ns}" for path in self.files)
        kept = file.load()
        if kept and kept[1] == stamp:
            return kept[0]
        check_files([path for path in self.files if path.suffix != ".parquet"], self.column)
        places = [(n, *place) for n, column in enumerate(self.columns) for place in column.rows()]
        if not places:
            raise ValueError(
                f"the dataset at {self.files[0]} has no rows; expected images: choose another split"
            )
        headers = list(with_progress(map(self._header, places), f"headers of {self.name}", len(places)))
        index = Index.of(self._labels(places), headers, places)
        file.save(index, stamp)
        return index

    def _header(self, place: tuple[int, int, int]) -> Header:
        column, chunk, row = self.columns[place[0]], *place[1:]
        try:
            size = column.size(chunk, row)
        except OSError as error:
            return Header(0, content_key(0, b""), 0, 0, error.strerror or str(error))
        return read_header(self.name, size, partial(column.content, chunk, row))

    def _labels(self, places: Sequence[tuple[int, int, int]]) -> list[str]:
        names = [self.columns[file].name(chunk, row) for file, chunk, row in places]
        paths = [Path(name) for name in names if name]
        if len(set(paths)) < len(places):
            return [f"{number:08d}" for number in range(len(places))]
        if all(path.is_absolute() for path in paths):
            common = os.path.commonpath([path.parent for path in paths])
            paths = [path.relative_to(common) for path in paths]
        return [label_of(str(path)) for path in paths]


def find_files(root: Path, split: str) -> list[Path]:
    """The files of a dataset, in their order."""
    if hub.is_name(root):
        return hub.fetch(root.as_posix(), split)
    if root.is_file():
        return [root]
    if (root / "dataset_dict.json").is_file():
        splits = read_json(root / "dataset_dict.json").get("splits", [])
        if not each(FILE_NAME).holds(splits):
            raise ValueError(
                f"{root / 'dataset_dict.json'} names {quoted(splits)} as its splits; save it anew"
            )
        if split not in splits:
            raise ValueError(f"{root} has no split {split!r}; it has: {', '.join(splits)}; set data.split")
        root = root / split
    if (root / "state.json").is_file():
        files = read_json(root / "state.json").get("_data_files", [])
        if not each(named(FILE_NAME)).holds(files):
            raise ValueError(
                f"{root / 'state.json'} names {quoted(files)} as its files; save the dataset anew"
            )
        found = [root / file["filename"] for file in files if "filename" in file]
    else:
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")]
        found = [root / name for name in _of_split(names, split)]
    return _at_least_one(found, root, split)


def fetch_files(url: str, split: str) -> list[Path]:
    """Copies here of the files of a dataset at a URL."""
    if url.partition("?")[0].endswith(SUFFIXES):
        return [fetched(url)]
    names = _of_split(files_below(url), split)
    return _at_least_one([fetched(f"{url.rstrip('/')}/{name}") for name in names], url, split)


def _of_split(names: Iterable[str], split: str) -> list[str]:
    """Those relative paths that are files of the split."""
    files = sorted(name for name in names if name.endswith(SUFFIXES))
    of_split = [name for name in files if split in name]
    return of_split or files if split == DEFAULT_SPLIT else of_split


def _at_least_one(found: list[Path], root: str | Path, split: str) -> list[Path]:
    if not found:
        raise FileNotFoundError(
            f"there is no dataset with a split {split!r} at {root}; expected a folder that save_to_disk "
            "wrote, .parquet files, or user/set of the Hub: a folder of images is read with data=folder"
        )
    return found


def hugging_face_data(
    common: Common,
    root: str,  # a folder that save_to_disk wrote, one of parquet files, a file, or user/set of the Hub
    column: str | None = None,  # with the images; None: the one that looks like it
    split: str = DEFAULT_SPLIT,  # of a dataset that has several
    held_out_split: str | None = None,  # for the held-out images; None holds out a part of split
    num_held_out: int = 64,  # images for evaluation, at most
    held_out_share: float = SHARE,  # of split, kept from training
    min_size: int | None = None,  # px of the shorter side; smaller images are left out; None: resolution / 2
) -> Split:
    """data=hugging_face; raises as ``folder_data``."""

    def read(name: str) -> Source:
        return HuggingFaceImages(root, common.resolution, name, column, min_size, common.ledger)

    return divide(read, split, held_out_split, num_held_out, held_out_share, common.ledger)
