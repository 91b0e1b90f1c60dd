"""What a checkpoint is, told without building a model, reading its weights, or running anything in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from gpen_train.checkpoints.door import opened
from gpen_train.checkpoints.facts import FACTS, Facts
from gpen_train.checkpoints.run_folder import file_of
from gpen_train.places.place import fetched


class Description(NamedTuple):
    """The facts of a file."""

    num_bytes: int
    layout: str
    around: list[str]  # the keys and prefixes that it is wrapped in
    dtypes: list[str]  # of its weights
    facts: Facts


def describe(path: str | Path) -> Description:
    """Describe the file at ``path``, a URL or a run's folder, by what it declares.

    Its weights stay on the disk. Raises as ``opened`` does.
    """
    file = fetched(file_of(path))
    found = opened(file, meta=True)
    facts = FACTS[found.layout](found.content)
    return Description(file.stat().st_size, found.layout, found.around, _dtypes(found.content), facts)


def _dtypes(content: Any) -> list[str]:
    dtypes = {tensor.dtype for tensor in _tensors(content) if tensor.is_floating_point()}
    return sorted(str(dtype).removeprefix("torch.") for dtype in dtypes)


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [tensor for item in inner for tensor in _tensors(item)]
