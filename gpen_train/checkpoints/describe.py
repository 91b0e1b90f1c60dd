"""What a checkpoint is, told without building a model, reading its weights, or running anything in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from gpen_train.checkpoints.facts import FACTS, Facts
from gpen_train.checkpoints.layout import layout_of
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.places.place import fetched


class Description(NamedTuple):
    """The facts of a file."""

    num_bytes: int
    layout: str
    dtypes: list[str]  # of its weights
    facts: Facts


def describe(path: str | Path) -> Description:
    """Describe the file at ``path`` or URL by what it declares; its weights stay on the disk.

    Raises as ``safe_load`` does, and ValueError for a layout that is not known.
    """
    file = fetched(path)
    content = safe_load(file, meta=True)
    layout = layout_of(content, str(path))
    return Description(file.stat().st_size, layout, _dtypes(content), FACTS[layout](content))


def _dtypes(content: Any) -> list[str]:
    dtypes = {tensor.dtype for tensor in _tensors(content) if tensor.is_floating_point()}
    return sorted(str(dtype).removeprefix("torch.") for dtype in dtypes)


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [tensor for item in inner for tensor in _tensors(item)]
