"""numpy's numbers and arrays as they stand in pickles: plain data, read without numpy's own code.

Source: what numpy's ``ndarray.__reduce__`` and ``__reduce_ex__(5)`` give, and its dtype's ``__setstate__``.
"""

import math
import struct
from typing import Any

from gpen_train.checkpoints.formats.declared import DType
from gpen_train.checkpoints.formats.maker import Maker
from gpen_train.checkpoints.formats.window import Window

# numpy's names of numbers: struct's, and torch's, where it has them; the digit counts the bytes.
LETTERS = {
    **{"f2": ("e", "float16"), "f4": ("f", "float32"), "f8": ("d", "float64")},
    **{"i1": ("b", "int8"), "i2": ("h", "int16"), "i4": ("i", "int32"), "i8": ("q", "int64")},
    **{"u1": ("B", "uint8"), "u2": ("H", "uint16"), "u4": ("I", "uint32"), "u8": ("Q", "uint64")},
    "b1": ("?", "bool"),
}
NUMBERS = {code: (letter, DType(name, int(code[1]))) for code, (letter, name) in LETTERS.items()}
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

    def __init__(self, maker: Maker, *_: Any) -> None:
        self.maker = maker
        self.values = maker.empty((0,), NUMBERS["f4"][1])

    def __repr__(self) -> str:
        return f"an array of shape {list(self.values.shape)}"

    def set(self, state: Any) -> None:
        """numpy's ``__setstate__``: (version, shape, dtype, whether columns come first, bytes)."""
        if type(state) is not tuple or len(state) != 5:
            raise ValueError("an array is declared with wrong types")
        _, shape, kind, is_fortran, raw = state
        self.values = _values(self.maker, raw, kind, shape, is_fortran is True)


def from_buffer(maker: Maker, raw: Any, kind: Any, shape: Any, order: Any) -> Array:
    """``numpy._core.numeric._frombuffer``, by which protocol 5 writes arrays."""
    array = Array(maker)
    array.values = _values(maker, raw, kind, shape, order == "F")
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


def _values(maker: Maker, raw: Any, kind: Any, shape: Any, is_fortran: bool) -> Any:
    """The array's values; ValueError unless there are as many bytes as its shape takes."""
    is_shape = type(shape) is tuple and all(type(n) is int and 0 <= n < 2**40 for n in shape)
    is_raw = type(raw) in (bytes, Window)
    if not isinstance(kind, Number) or not is_raw or not is_shape or len(shape) > MAX_DIMS:
        raise ValueError("an array is declared with wrong types: plain numbers alone are read")
    if math.prod(shape) * kind.dtype.itemsize != num_bytes(raw):
        raise ValueError(f"an array of shape {list(shape)} is declared over {num_bytes(raw)} bytes")
    return maker.array(raw, kind.dtype, shape, is_fortran)
