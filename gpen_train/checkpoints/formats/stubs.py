"""All functions and classes that a checkpoint may name, and what is called in the place of each."""

from argparse import Namespace
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from gpen_train.checkpoints.formats.arrays import Array, Number, from_buffer, number
from gpen_train.checkpoints.formats.maker import Maker
from gpen_train.checkpoints.formats.tensors import TYPES, StorageType, rebuild_parameter, rebuild_tensor

MAX_NAME = 1000  # characters of a key
CORES = ("core", "_core")  # numpy's, before 2 and since


class Stub:
    """Stands for a function or class that a pickle may name: ``make`` is called in its place."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make


def encode(text: str, encoding: str) -> bytes:
    """``_codecs.encode``, by which protocol 2 writes bytes."""
    if type(text) is not str or encoding != "latin1":
        raise ValueError("text is declared as bytes in another way than protocol 2 does")
    return text.encode("latin1")


def checked_key(key: Any) -> Any:
    """``key``, if it is a name or a small number; others are slow to compare, or break a line of output."""
    is_name = type(key) is str and len(key) <= MAX_NAME and key.isprintable()
    if is_name or key is None or (isinstance(key, int) and abs(key) < 2**63):
        return key
    raise ValueError(f"its pickle has a {type(key).__name__} for a key, which is no plain name or number")


def ordered_dict(pairs: Iterable[Any] = ()) -> OrderedDict:
    return OrderedDict((checked_key(key), value) for key, value in pairs)


def set_state(target: Any, state: Any) -> None:
    """Set an object's state as its own class does; raises ValueError for one that is given none."""
    if isinstance(target, Namespace) and type(state) is dict and all(type(key) is str for key in state):
        vars(target).update(state)
    elif isinstance(target, Number | Array):
        target.set(state)
    elif not isinstance(target, OrderedDict):  # torch's notes on a state dict are dropped
        raise ValueError(f"its pickle sets the state of a {type(target).__name__}")


def names_of(maker: Maker) -> dict[tuple[str, str], Any]:
    """The table: what stands for each name that a checkpoint may hold, its tensors made by ``maker``."""
    return {
        ("collections", "OrderedDict"): Stub(ordered_dict),
        ("argparse", "Namespace"): Stub(lambda: Namespace()),
        ("builtins", "set"): Stub(lambda values=(): set(map(checked_key, values))),
        ("__builtin__", "set"): Stub(lambda values=(): set(map(checked_key, values))),
        ("_codecs", "encode"): Stub(encode),
        ("__builtin__", "bytes"): Stub(lambda: b""),  # of protocol 2, where they are none
        ("numpy", "dtype"): Stub(Number),
        ("numpy", "ndarray"): Array,  # named by what makes one, and never called
        **{(f"numpy.{core}.multiarray", "scalar"): Stub(number) for core in CORES},
        **{(f"numpy.{core}.multiarray", "_reconstruct"): Stub(partial(Array, maker)) for core in CORES},
        **{(f"numpy.{core}.numeric", "_frombuffer"): Stub(partial(from_buffer, maker)) for core in CORES},
        ("torch", "Size"): Stub(maker.size),
        **{("torch", dtype.name): maker.dtype(dtype) for *_, dtype in TYPES},
        **{("torch", f"{name}Storage"): StorageType(dtype) for name, _, dtype in TYPES},
        ("torch._utils", "_rebuild_tensor"): Stub(partial(rebuild_tensor, maker)),
        ("torch._utils", "_rebuild_tensor_v2"): Stub(partial(rebuild_tensor, maker)),
        ("torch._utils", "_rebuild_parameter"): Stub(rebuild_parameter),
    }
