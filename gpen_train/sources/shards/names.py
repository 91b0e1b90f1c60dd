"""Which shards are meant: a folder, a list or a pattern with braces, of files here or at URLs."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from gpen_train.fields import COUNT, FILE_NAME, SHA256, check_fields
from gpen_train.files import parse_json
from gpen_train.places.file import File, LocalFile
from gpen_train.places.patience import Patience
from gpen_train.places.place import files_below, is_url, is_web, remote_file

MANIFEST = "manifest.json"
LISTED = {"name": FILE_NAME, "size": COUNT, "sha256": SHA256, "images": COUNT}  # of each shard
BRACES = re.compile(r"\{([^{}]*)\}")
RANGE = re.compile(r"(\d+)\.\.(\d+)")


def find_shards(where: str | Path | Sequence[str], patience: Patience) -> list[File]:
    """The shards of ``where``, or of each of several, in their order.

        data/ffhq                                the folder's manifest, else every .tar in it
        data/ffhq-{000000..000069}.tar           braces as in a shell; * and ? too
        https://host/ffhq-{000000..000069}.tar   at a URL, braces alone
        https://host/ffhq/                       at a URL, what manifest.json there lists
        s3://bucket/ffhq/                        in a store, every .tar where there is no manifest

    Nothing is opened but manifests. Raises OSError or ValueError where nothing is found.
    """
    several = [where] if isinstance(where, str | Path) else list(where)
    shards = list(chain.from_iterable(_find(str(one), patience) for one in several))
    if not shards:
        raise ValueError(
            f"there are no shards at {where}; expected .tar files, as gpen data shard makes them: give their "
            "folder, or a pattern such as data/ffhq-{000000..000069}.tar"
        )
    if twice := [name for name, times in Counter(shard.name for shard in shards).items() if times > 1]:
        raise ValueError(f"the shard {twice[0]} is named twice; expected each once: name it once")
    return shards


def expand(pattern: str) -> list[str]:
    """``a-{08..10}{x,y}`` -> a-08x a-08y a-09x a-09y a-10x a-10y; numbers as wide as they are written."""
    found = BRACES.search(pattern)
    if found is None:
        return [pattern]
    endings = expand(pattern[found.end() :])
    return [f"{pattern[: found.start()]}{choice}{ending}" for choice in _choices(found) for ending in endings]


def _choices(braces: re.Match[str]) -> list[str]:
    numbers = RANGE.fullmatch(braces[1])
    if numbers is None and "," in braces[1]:
        return braces[1].split(",")
    if numbers is None or int(numbers[1]) > int(numbers[2]):
        raise ValueError(
            f"{braces[0]} in {braces.string} is no range; expected {{000000..000069}}, upwards, or {{a,b}}"
        )
    width = max(map(len, numbers.groups())) if numbers[1].startswith("0") else 0
    return [f"{number:0{width}d}" for number in range(int(numbers[1]), int(numbers[2]) + 1)]


def _find(where: str, patience: Patience) -> list[File]:
    if is_url(where):
        return _below(where, patience) if where.endswith("/") else _at(expand(where), patience)
    if Path(where).is_dir():
        manifest = LocalFile(Path(where) / MANIFEST)
        return (
            _beside(manifest)
            if manifest.path.is_file()
            else list(map(LocalFile, _matching(f"{where}/*.tar")))
        )
    return [LocalFile(path) for pattern in expand(where) for path in _matching(pattern)]


def _at(urls: Sequence[str], patience: Patience) -> list[File]:
    return [remote_file(url, patience) for url in urls]


def _below(url: str, patience: Patience) -> list[File]:
    """The shards of a folder at ``url``, which ends with a slash."""
    try:
        return _beside(remote_file(url + MANIFEST, patience))
    except FileNotFoundError:
        if is_web(url):
            raise
    return _at([url + name for name in sorted(files_below(url)) if name.endswith(".tar")], patience)


def _matching(pattern: str) -> list[Path]:
    """Itself, or the files that it stands for where it has a * or a ? in its last part."""
    path = Path(pattern)
    return sorted(path.parent.glob(path.name)) if re.search(r"[*?]", path.name) else [path]


def listed(manifest: File) -> list[dict[str, Any]]:
    """What a manifest says of each shard: name, size, sha256, images."""
    try:
        content = parse_json(manifest.read(0, manifest.size()))
        shards = content.get("shards") if isinstance(content, dict) else None
        if not isinstance(shards, list):
            raise ValueError("it has no list of shards")
        for number, shard in enumerate(shards):
            check_fields(shard, LISTED, f"shards[{number}]")
    except ValueError as error:
        raise ValueError(
            f"{manifest.name} is no manifest of shards ({error}); expected what gpen data shard writes"
        ) from error
    return shards


def _beside(manifest: File) -> list[File]:
    """The shards that a manifest lists."""
    return [manifest.beside(shard["name"]) for shard in listed(manifest)]
