"""The pickles of NVlabs' stylegan2-ada-pytorch and stylegan3 repositories, of which nothing is run.

A module stands there as its class's source text, which their code executes, and its attributes, which are
all that is read here. Its tensors each hold a legacy file of torch.save.

Source: torch_utils/persistence.py of these repositories, for what a pickled module holds.
"""

import io
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from gpen_train.checkpoints.formats.declared import is_tensor
from gpen_train.checkpoints.formats.errors import OtherKind
from gpen_train.checkpoints.formats.legacy import MAGIC, read_legacy
from gpen_train.checkpoints.formats.maker import Maker, Storage
from gpen_train.checkpoints.formats.stubs import Stub, names_of
from gpen_train.checkpoints.formats.unpickler import Budget, Unpickler
from gpen_train.checkpoints.formats.window import Window


class Persistent(NamedTuple):
    """A network: its class's name, the arguments it was made with, its parameters and buffers."""

    class_name: str
    init_args: tuple
    init_kwargs: dict[str, Any]
    state: dict[str, Any]  # tensors


class Module(Namespace):
    """A module as it is pickled: ``class_name``, and ``fields``, its attributes."""


def first_pickle(window: Window, budget: Budget, maker: Maker) -> Any:
    """What the first pickle of a file holds: these networks, each a Module, or any plain value.

    Raises nearly any error for a damaged file.
    """
    names = {
        **names_of(maker),
        ("dnnlib.util", "EasyDict"): Stub(lambda: {}),
        ("torch_utils.persistence", "_reconstruct_persistent_obj"): Stub(_module),
        ("torch.storage", "_load_from_bytes"): Stub(_StorageReader(window.left, budget, maker).read),
    }
    return Unpickler(window, budget, names).load()


def check_networks(content: Any) -> None:
    """Raise ValueError unless ``content`` is a network, or some entry of it."""
    if not any(isinstance(value, Module) for value in [content, *_entries(content)]):
        raise OtherKind("a pickle without a network; expected a file of torch.save, or NVlabs' G_ema and D")


def with_networks(content: Any) -> Any:
    """``content``, with a Persistent in the place of each Module: itself, or an entry."""
    if isinstance(content, Module):
        return _persistent(content)
    if not any(isinstance(value, Module) for value in _entries(content)):
        return content
    if not isinstance(content, dict):
        return tuple(_persistent(value) if isinstance(value, Module) else value for value in content)
    return {
        name: _persistent(value) if isinstance(value, Module) else value for name, value in content.items()
    }


def _entries(content: Any) -> Iterable[Any]:
    """Of NVlabs' files: of their dict, or of the tuple (G, D, G_ema)."""
    return (
        content.values()
        if isinstance(content, dict)
        else content
        if isinstance(content, tuple | list)
        else ()
    )


def _module(meta: Any) -> Module:
    """In the place of the function that executes ``meta["module_src"]``, which is not even looked at."""
    if type(meta) is not dict or meta.get("type") != "class" or type(meta.get("class_name")) is not str:
        raise ValueError("a module is declared without its class's name")
    return Module(class_name=meta["class_name"], fields=meta.get("state"))


class _StorageReader:
    """Reads storages that stand in the pickle as legacy files of their own."""

    def __init__(self, num_bytes: int, budget: Budget, maker: Maker) -> None:
        self.num_bytes, self.budget, self.maker = num_bytes, budget, maker

    def read(self, content: Any) -> Storage:
        if isinstance(content, Window):
            window = Window(content.file, content.position, content.end)
        else:
            window = Window(io.BytesIO(content), 0, len(content))
        self.num_bytes -= window.left
        if self.num_bytes < 0:
            raise ValueError("its storages declare more bytes than the file has")
        magic = Unpickler(window, self.budget).load()
        storage = read_legacy(window, self.maker, self.budget) if magic == MAGIC else None
        if not isinstance(storage, Storage):
            raise ValueError("a tensor's bytes are no storage of torch.save")
        return storage


def _persistent(module: Module) -> Persistent:
    fields = module.fields if isinstance(module.fields, dict) else {}
    arguments, named = fields.get("_init_args", ()), fields.get("_init_kwargs", {})
    if type(arguments) is not tuple or not isinstance(named, dict):
        raise ValueError(f"the module {module.class_name[:40]!r} is declared with wrong types")
    return Persistent(module.class_name, arguments, named, dict(_tensors(module)))


def _tensors(module: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Parameters and buffers by their dotted names, as ``Module.state_dict`` gives them."""
    fields = module.fields if isinstance(module, Module) and isinstance(module.fields, dict) else {}
    parameters, buffers, inner = (fields.get(kind) for kind in ("_parameters", "_buffers", "_modules"))
    if not isinstance(parameters, dict) or not isinstance(buffers, dict) or not isinstance(inner, dict):
        raise ValueError(f"the module {prefix[:40]!r} is declared without parameters, buffers and modules")
    for name, tensor in {**parameters, **buffers}.items():
        if tensor is None or name in fields.get("_non_persistent_buffers_set", ()):
            continue
        if not is_tensor(tensor):
            raise ValueError(f"{prefix}{name} is a {type(tensor).__name__}; expected a tensor")
        yield f"{prefix}{name}", tensor
    for name, module in inner.items():
        yield from _tensors(module, f"{prefix}{name}.")
