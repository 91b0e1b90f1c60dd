"""The door that every file passes to be read as weights: with its values, its digest compared."""

from pathlib import Path
from typing import Any

from gpen_train.checkpoints.digest import check_digest
from gpen_train.checkpoints.known import AVERAGED, Known, known
from gpen_train.checkpoints.safe_load import safe_load


def opened(path: str | Path, key: str = AVERAGED) -> Known:
    """The file at ``path``. Raises as ``safe_load`` and ``known`` do."""
    return _held_to_digest(known(safe_load(path), str(path), key), str(path))


def opened_content(content: Any, source: str, key: str = AVERAGED) -> Known:
    """As ``opened``, for what another reader has taken from a file; ``source`` stands for it in messages."""
    check_digest(content, source)
    return _held_to_digest(known(content, source, key), source)


def _held_to_digest(found: Known, source: str) -> Known:
    """``found``; the digest of a bundle without a wrapper is compared already."""
    if found.around:
        check_digest(found.content, source)
    return found
