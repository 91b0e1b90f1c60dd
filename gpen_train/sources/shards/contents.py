"""The index of the images in shards: from the lists beside them, or from the tars themselves."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import NamedTuple

from gpen_train.image_files import IMAGE_SUFFIXES, is_image_name, tell_others
from gpen_train.places.file import File
from gpen_train.progress import with_progress
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import HEAD, Header, content_key, read_header
from gpen_train.sources.index.index import Index
from gpen_train.sources.index.labels import label_of
from gpen_train.sources.shards.sidecar import Sidecar, sidecar_of
from gpen_train.sources.shards.tar import Member, scan

THREADS = 8  # that ask servers and disks at once
UNKNOWN = -1  # in place of a checksum
log = logging.getLogger(__name__)


def index_shards(shards: Sequence[File]) -> Index:
    """The index of all images in ``shards``; ``places`` holds number of the shard, offset and checksum.

    It is kept for the next start, until a shard or the list beside it changes; the others are not read again
    even then. Labels that stand in several shards get the shard's name before them.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        stamps = list(with_progress(threads.map(_stamp, shards), "looking at shards", len(shards)))
        file, stamp = IndexFile("\n".join(shard.name for shard in shards)), "\n".join(stamps)
        kept = file.load()
        if kept and kept[1] == stamp:
            return kept[0]
        found = threads.map(_contents, shards, stamps)
        index = _joined(shards, list(with_progress(found, "contents of shards", len(shards))))
    file.save(index, stamp)
    return index


class Contents(NamedTuple):
    """The images of one shard."""

    labels: Sequence[str]
    headers: Sequence[Header]
    places: Sequence[tuple[int, int]]  # offset and checksum


def _stamp(shard: File) -> str:
    """Another one when the shard changes, or the list beside it."""
    try:
        return f"{shard.stamp()} {sidecar_of(shard).stamp()}"
    except FileNotFoundError:
        return shard.stamp()  # where this one is missing, it says so


def _contents(shard: File, stamp: str) -> Contents:
    beside = sidecar_of(shard)
    try:
        sidecar = Sidecar.from_json(beside.read(0, beside.size()), beside.name)
    except FileNotFoundError:
        return _scanned(shard, stamp)
    if sidecar.size < shard.size():
        log.warning("%s is no list of its shard's images: one is newer than the other", beside.name)
        return _scanned(shard, stamp)
    return _listed(shard, sidecar)


def _listed(shard: File, sidecar: Sidecar) -> Contents:
    def header(size: int, key: str, shape: tuple[int, int], offset: int) -> Header:
        if offset + size > shard.size():
            return Header(size, bytes.fromhex(key), 0, 0, f"its shard is cut short at byte {shard.size()}")
        return Header(size, bytes.fromhex(key), *shape, fault="")

    headers = list(map(header, sidecar.sizes, sidecar.keys, sidecar.shapes, sidecar.offsets))
    labels = list(map(label_of, sidecar.labels))
    return Contents(labels, headers, list(zip(sidecar.offsets, sidecar.checksums, strict=True)))


def _scanned(shard: File, stamp: str) -> Contents:
    """From the tar's own headers; kept for itself, as another of the shards may change."""
    file = IndexFile(f"{shard.name} alone")
    kept = file.load()
    if kept and kept[1] == stamp:
        index = kept[0]
        headers = [index.header(row) for row in range(len(index))]
        return Contents(list(index.labels), headers, list(map(tuple, index.places.tolist())))
    labels, headers, places = [], [], []
    others = []
    for member in scan(shard, HEAD):
        if member.fault or is_image_name(member.name):
            labels.append(label_of(member.name))
            headers.append(_header(shard, member))
            places.append((member.offset, UNKNOWN))
        else:
            others.append(member.name)
    tell_others(others, shard.name)
    if labels:
        file.save(Index.of(labels, headers, places), stamp)
    return Contents(labels, headers, places)


def _header(shard: File, member: Member) -> Header:
    if member.fault:
        return Header(0, content_key(0, b""), 0, 0, member.fault)

    def read(num_bytes: int) -> bytes:
        enough = num_bytes <= len(member.head)
        return member.head if enough else shard.read(member.offset, min(num_bytes, member.size))

    return read_header(f"{shard.name}/{member.name}", member.size, read)


def _joined(shards: Sequence[File], parts: Sequence[Contents]) -> Index:
    labels = [label for part in parts for label in part.labels]
    if not labels:
        raise ValueError(
            f"{shards[0].name} and its like hold no images; expected tar files with "
            f"{', '.join(IMAGE_SUFFIXES)} files in them: check the path"
        )
    if len(set(labels)) < len(labels):
        stems = [PurePosixPath(shard.name).stem for shard in shards]
        labels = [f"{stem}/{label}" for stem, part in zip(stems, parts, strict=True) for label in part.labels]
    headers = [header for part in parts for header in part.headers]
    return Index.of(labels, headers, [(n, *place) for n, part in enumerate(parts) for place in part.places])
