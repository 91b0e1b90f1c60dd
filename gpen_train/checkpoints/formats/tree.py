"""What was read, checked once so that all later code may walk through it without care."""

from argparse import Namespace
from typing import Any

from gpen_train.checkpoints.formats.arrays import Array
from gpen_train.checkpoints.formats.declared import is_tensor

MAX_DEPTH = 100
MAX_VALUES = 2_000_000
LEAVES = (type(None), bool, int, float, str, bytes, set)


def check_tree(content: Any, max_bytes: int, leaves: tuple[type, ...]) -> None:
    """Raise ValueError where ``content`` is too deep, contains itself, or holds what is no value.

    A value that stands in several places counts in each: a few lists of each other can stand for more
    values than any memory holds, and one tensor under many names for more than ``max_bytes``. ``leaves``
    are the types of torch's dtypes and sizes, or of what stands for them.
    """
    num_values, num_bytes, _ = _Measure(LEAVES + leaves).of(content, 0)
    if num_values > MAX_VALUES:
        raise ValueError(f"it stands for {num_values} values, where {MAX_VALUES} are allowed")
    if num_bytes > max_bytes:
        raise ValueError(f"its tensors declare {num_bytes} bytes, where {max_bytes} are allowed")


class _Measure:
    """Values, bytes and height of a value, taken once of each container."""

    def __init__(self, leaves: tuple[type, ...]) -> None:
        self.leaves = leaves
        self.known: dict[int, tuple[int, int, int]] = {}

    def of(self, value: Any, depth: int) -> tuple[int, int, int]:
        tensor = value.values if isinstance(value, Array) else value
        if is_tensor(tensor):
            return 1, tensor.numel() * tensor.element_size(), 0
        if type(value) in self.leaves:
            return 1, 0, 0
        if id(value) not in self.known:
            if depth >= MAX_DEPTH:
                raise ValueError(f"it is nested more than {MAX_DEPTH} deep, or contains itself")
            inner = [self.of(item, depth + 1) for item in _inside(value)]
            height = 1 + max((height for *_, height in inner), default=0)
            self.known[id(value)] = 1 + sum(i[0] for i in inner), sum(i[1] for i in inner), height
        if depth + self.known[id(value)][2] > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        return self.known[id(value)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, Namespace):
        return list(vars(value).values())
    if type(value) in (list, tuple):
        return list(value)
    raise ValueError(f"it holds a {type(value).__name__}, which is no tensor and no plain value")
