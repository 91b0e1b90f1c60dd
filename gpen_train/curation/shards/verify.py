"""Shards against their checksums."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpen_train.files import sha256_of
from gpen_train.parallel import in_parallel
from gpen_train.places.file import LocalFile
from gpen_train.sources.shards.names import MANIFEST, listed
from gpen_train.sources.shards.sidecar import Sidecar, sidecar_of


class Verifier:
    """``verifier(shard)`` -> what is wrong with one shard of the manifest, a line each; [] if nothing is."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, shard: dict[str, Any]) -> list[str]:
        path = self.folder / shard["name"]
        try:
            size, digest = path.stat().st_size, sha256_of(path)
            sidecar = Sidecar.from_json(sidecar_of(LocalFile(path)).path.read_bytes(), path.stem + ".json")
        except (OSError, ValueError) as error:
            return [f"{path}: {error}"]
        faults = []
        if sidecar.sha256 != shard["sha256"]:
            faults.append(f"{path}: its list of images is not the one of {MANIFEST}")
        if size != shard["size"]:
            faults.append(f"{path} has {size} bytes; expected {shard['size']}")
        elif digest != shard["sha256"]:
            faults.append(f"{path}: its bytes are not those that were written")
        return faults + (damaged_images(path, sidecar) if faults else [])


def verify(folder: Path, num_workers: int) -> tuple[int, Iterator[list[str]]]:
    """The number of shards, and for each what is wrong with it.

    Raises OSError or ValueError where the folder holds no manifest of gpen data shard.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} does not exist; expected a folder that gpen data shard has finished: run that again"
        )
    shards = listed(LocalFile(path))
    return len(shards), in_parallel(Verifier(folder), shards, num_workers)


def damaged_images(path: Path, sidecar: Sidecar) -> list[str]:
    """A line for each image whose bytes are not those that were written."""
    shard, lines = LocalFile(path), []
    rows = zip(sidecar.labels, sidecar.offsets, sidecar.sizes, sidecar.checksums, strict=True)
    for label, offset, size, checksum in rows:
        content = shard.read(offset, size) if offset + size <= shard.size() else b""
        if len(content) < size or zlib.crc32(content) != checksum:
            lines.append(f"{path}: {label} is damaged")
    return lines
