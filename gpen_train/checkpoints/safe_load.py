"""What a file holds, with its values, on the CPU."""

from pathlib import Path
from typing import Any

from gpen_train.checkpoints.digest import check_digest
from gpen_train.checkpoints.formats.values import Reading
from gpen_train.checkpoints.read_file import read_file


def safe_load(path: str | Path) -> Any:
    """As ``read_file``, with tensors of torch; a bundle is compared with the digest in its args."""
    content = read_file(path, Reading())
    check_digest(content, str(path))
    return content
