"""What a checkpoint is, told without reading its weights or running anything in it, and without torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gpen_train.checkpoints.facts import FACTS, Facts
from gpen_train.checkpoints.formats.declared import is_tensor
from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.known import Known, known
from gpen_train.checkpoints.read_file import read_file
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

    Its weights stay on the disk. Raises as ``read_file`` and ``known`` do.
    """
    file = fetched(file_of(path))
    return described(known(read_file(file, Declaring()), str(file)), file.stat().st_size)


def described(found: Known, num_bytes: int) -> Description:
    """The description of what was found in a file of so many bytes, with its values or declared alone."""
    facts = FACTS[found.layout](found.content)
    return Description(num_bytes, found.layout, found.around, _dtypes(found.content), facts)


def _dtypes(content: Any) -> list[str]:
    dtypes = {tensor.dtype for tensor in _tensors(content) if tensor.is_floating_point()}
    return sorted(str(dtype).removeprefix("torch.") for dtype in dtypes)


def _tensors(value: Any) -> list[Any]:
    if is_tensor(value):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [tensor for item in inner for tensor in _tensors(item)]
