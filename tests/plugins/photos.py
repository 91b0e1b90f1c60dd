"""Folders of photographs, zips and shards of them, and how files get spoilt."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.images import write_image
from gpen_train.sources.folder import FolderSource


@pytest.fixture
def kept_indices(own_cache) -> Path:
    """Where indices are kept in this test."""
    return Path(os.environ["GPEN_CACHE"]) / "index"


@pytest.fixture
def make_photos() -> Callable[[Path, int], list[Path]]:
    """``make_photos(root, num)`` writes PNG files of noise, 32 px, every third into a subfolder."""

    def make(root: Path, num: int) -> list[Path]:
        rng = np.random.default_rng(0)
        paths = [root / ("more" if number % 3 == 0 else "") / f"{number:03d}.png" for number in range(num)]
        for path in paths:
            write_image(path, rng.integers(0, 256, (32, 32, 3), dtype=np.uint8))
        return paths

    return make


@pytest.fixture
def photos(tmp_path, make_photos) -> list[Path]:
    return make_photos(tmp_path / "photos", 20)


@pytest.fixture(scope="session")
def pack() -> Callable[..., Path]:
    """``pack(root, archive)`` puts a folder into a zip as dataset_tool.py does: stored, with dataset.json."""

    def write(root: Path, archive: Path, method: int = zipfile.ZIP_STORED) -> Path:
        with zipfile.ZipFile(archive, "w", method) as file:
            for path in sorted(root.rglob("*"), reverse=True):
                if path.is_file():
                    file.write(path, path.relative_to(root).as_posix())
            file.writestr("dataset.json", '{"labels": null}')
        return archive

    return write


@pytest.fixture
def shards(tmp_path, photos) -> Path:
    """The twenty photos as they are, in shards of eight, eight and four."""
    folder = tmp_path / "shards"
    write_shards(Packing(FolderSource(tmp_path / "photos", 1)), folder, shard_size=8, num_workers=0)
    return folder


@pytest.fixture
def truncate() -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return cut
