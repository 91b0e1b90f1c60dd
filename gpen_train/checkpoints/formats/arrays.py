"""numpy's numbers and arrays as they stand in pickles: plain data, read without numpy's own code.

Source: what numpy's ``ndarray.__reduce__`` and ``__reduce_ex__(5)`` give, and its dtype's ``__setstate__``.
"""

import math
import struct
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.formats.window import Window

# numpy's names of numbers: struct's, and torch's dtypes, where it has them.
NUMBERS = {
    **{"f2": ("e", torch.float16), "f4": ("f", torch.float32), "f8": ("d", torch.float64)},
    **{"i1": ("b", torch.int8), "i2": ("h", torch.int16), "i4": ("i", torch.int32), "i8": ("q", torch.int64)},
    **{"u1": ("B", torch.uint8), "u2": ("H", torch.uint16), "u4": ("I", torch.uint32)},
    **{"u8": ("Q", torch.uint64), "b1": ("?", torch.bool)},
}
MAX_DIMS = 32


class Number:
    """numpy's dtype of a single number: little-endian, plain."""

    def __init__(self, code: Any, *_: Any) -> None:
        if type(code) is not str or code not in NUMBERS:
            raise ValueError(f"a number is declared with numpy's dtype {str(code)[:20]!r}")
        letter, self.dtype = NUMBERS[code]
        self.format = f"<{letter}"

    def set(self, state: Any) -> None:
        """numpy's ``__setstate__``: of a plain number it says the byte order alone."""
        if type(state) is tuple and state[1:2] not in (("<",), ("|",)):
            raise ValueError("a number is declared in another byte order than little-endian")


def number(kind: Any, raw: Any) -> int | float | bool:
    """A numpy scalar as a plain number."""
    if not isinstance(kind, Number) or type(raw) is not bytes:
        raise ValueError("a number is declared with wrong types")
    return struct.unpack(kind.format, raw)[0]


class Array:
    """An array, which its pickle makes empty and then gives its ``values``."""

    def __init__(self, *_: Any) -> None:
        self.values = torch.empty(0)

    def __repr__(self) -> str:
        return f"an array of shape {list(self.values.shape)}"

    def set(self, state: Any) -> None:
        """numpy's ``__setstate__``: (version, shape, dtype, whether columns come first, bytes)."""
        if type(state) is not tuple or len(state) != 5:
            raise ValueError("an array is declared with wrong types")
        _, shape, kind, is_fortran, raw = state
        self.values = _values(raw, kind, shape, is_fortran is True)


def from_buffer(raw: Any, kind: Any, shape: Any, order: Any) -> Array:
    """``numpy._core.numeric._frombuffer``, by which protocol 5 writes arrays."""
    array = Array()
    array.values = _values(raw, kind, shape, order == "F")
    return array


def num_bytes(value: Any) -> int:
    """How many bytes a function or an object would copy of ``value``, text and bytes that it is given."""
    if isinstance(value, Window):
        return value.left
    if isinstance(value, str | bytes):
        return len(value)
    return (
        sum(num_bytes(item) for item in value if isinstance(item, str | bytes | Window))
        if type(value) is tuple
        else 0
    )


def _values(raw: Any, kind: Any, shape: Any, is_fortran: bool) -> Tensor:
    """The array's values; ValueError unless there are as many bytes as its shape takes."""
    if isinstance(raw, Window):
        raw = Window(raw.file, raw.position, raw.end).read(raw.left)
    is_shape = type(shape) is tuple and all(type(n) is int and 0 <= n < 2**40 for n in shape)
    if not isinstance(kind, Number) or type(raw) is not bytes or not is_shape or len(shape) > MAX_DIMS:
        raise ValueError("an array is declared with wrong types: plain numbers alone are read")
    if math.prod(shape) * kind.dtype.itemsize != len(raw):
        raise ValueError(f"an array of shape {list(shape)} is declared over {len(raw)} bytes")
    flat = torch.frombuffer(bytearray(raw), dtype=kind.dtype) if raw else torch.empty(0, dtype=kind.dtype)
    return (
        flat.reshape(shape[::-1]).permute(*reversed(range(len(shape)))) if is_fortran else flat.reshape(shape)
    )
