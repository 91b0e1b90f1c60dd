"""Tar shards written from a source: whole or not at all, and only those that are missing."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from gpen_train.curation.naming import check_stems
from gpen_train.curation.shards.encoders import KEEP
from gpen_train.curation.shards.packing import Packed, Packing
from gpen_train.curation.share import WHOLE, Share
from gpen_train.files import atomic_file, remove_leftovers
from gpen_train.parallel import in_parallel
from gpen_train.places.file import LocalFile
from gpen_train.progress import with_progress
from gpen_train.sources.shards.names import MANIFEST
from gpen_train.sources.shards.sidecar import FORMAT, Sidecar, sidecar_of
from gpen_train.sources.source import Source


def write_shards(
    packing: Packing, folder: Path, shard_size: int, num_workers: int, share: Share = WHOLE
) -> tuple[list[Sidecar], bool]:
    """Pack images into ``folder``: NAME-000000.tar, NAME-000000.json, ..., and at last manifest.json.

    Of several shares each writes its own shards; the manifest comes with the one that finds all the others
    there. Returns the lists of this share's shards, and whether the manifest is written.

    The bytes are the same for any number of processes and shares. Shards that an earlier call has finished
    with the same settings stay as they are. Raises ValueError where they were made of other images or with
    other settings.
    """
    source = packing.source
    if packing.format != KEEP:
        check_stems(source.label(index) for index in range(len(source)))
    settings = {
        "source": source.fingerprint(),
        "format": packing.format,
        "resolution": source.resolution if packing.resize else None,
        "shard_size": shard_size,
    }
    folder.mkdir(parents=True, exist_ok=True)
    if share.is_whole:  # else others may be writing
        remove_leftovers(folder)
    dealt = deal(source, shard_size)
    parts = {folder / f"{source.name}-{number:06d}.tar": part for number, part in enumerate(dealt)}
    own = share.of(list(parts))
    missing = {path: parts[path] for path in own if not read_finished(path, settings)}
    indices = [index for part in missing.values() for index in part]
    packed = with_progress(in_parallel(packing, indices, num_workers), "packing images", len(indices))
    for path, part in missing.items():
        write_shard(path, part, packed, packing, settings)
    next(packed, None)  # brings the bar to its end
    finished = {path: sidecar for path in parts if (sidecar := read_finished(path, settings))}
    is_last = finished.keys() == parts.keys()
    if is_last:
        with atomic_file(folder / MANIFEST) as file:
            file.write(json.dumps(manifest(settings, finished), indent=1).encode() + b"\n")
    return [finished[path] for path in own], is_last


def deal(source: Source, shard_size: int) -> list[list[int]]:
    """The images of each shard. Their content keys decide, so that every shard is a fair sample of the whole.

    In the order of their names, neighbours would be alike: photos of one person, or of one day.
    """
    by_key = np.argsort([source.content_key(index) for index in range(len(source))], kind="stable")
    parts = np.split(by_key, range(shard_size, len(by_key), shard_size))
    return [np.sort(part).tolist() for part in parts]


def read_finished(path: Path, settings: Mapping[str, Any]) -> Sidecar | None:
    """What an earlier call has written, if it has come to the end of this shard."""
    beside = sidecar_of(LocalFile(path))
    if not path.exists() or not beside.path.exists():
        return None
    sidecar = Sidecar.from_json(beside.path.read_bytes(), beside.name)
    for name, value in settings.items():
        if (found := sidecar.settings.get(name)) != value:
            raise ValueError(
                f"{path} was made with {name} {found}, this run has {value}; give the same, or choose "
                "another output folder"
            )
    return sidecar if sidecar.size == path.stat().st_size else None


def write_shard(
    path: Path, part: Sequence[int], packed: Iterator[Packed], packing: Packing, settings: dict[str, Any]
) -> None:
    """The tar, then the list beside it: where that is, the shard is whole. ``packed`` gives the images."""
    sidecar, source = Sidecar(settings), packing.source
    with atomic_file(path) as file:
        hashed = _Hashed(file)
        with tarfile.open(fileobj=cast(BinaryIO, hashed), mode="w", format=tarfile.GNU_FORMAT) as tar:
            for index in part:
                label, image = source.label(index), next(packed)
                if image.fault:
                    sidecar.left_out[label] = image.fault
                    continue
                sidecar.labels.append(label)
                sidecar.keys.append(source.content_key(index))
                sidecar.members.append(packing.member(label))
                sidecar.offsets.append(_add(tar, packing.member(label), image.content))
                sidecar.sizes.append(len(image.content))
                sidecar.shapes.append(image.shape)
                sidecar.checksums.append(zlib.crc32(image.content))
        sidecar.size, sidecar.sha256 = hashed.tell(), hashed.sha256.hexdigest()
    with atomic_file(sidecar_of(LocalFile(path)).path) as file:
        file.write(sidecar.to_json())


def manifest(settings: Mapping[str, Any], finished: Mapping[Path, Sidecar]) -> dict[str, Any]:
    """What manifest.json says: plain values."""
    shards = [
        {"name": path.name, "size": sidecar.size, "sha256": sidecar.sha256, "images": len(sidecar.labels)}
        for path, sidecar in sorted(finished.items())
    ]
    return {
        "manifest": FORMAT,
        "made_by": "gpen data shard",
        **settings,
        "images": sum(shard["images"] for shard in shards),
        "shards": shards,
    }


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> int:
    """Append a file; returns where its content begins. No times and no owners: equal images, equal bytes."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
    return tar.offset - -(-len(content) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


class _Hashed:
    """A file that is written from its beginning to its end, with the SHA-256 of it."""

    def __init__(self, file: BinaryIO):
        self.file, self.sha256 = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self.file.write(data)

    def tell(self) -> int:
        return self.file.tell()
