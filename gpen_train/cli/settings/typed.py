"""Dataclasses made of the catalogue: what they compose, they compose as those of schema.py, without torch."""

from dataclasses import field, make_dataclass
from typing import Any

from omegaconf import MISSING

from gpen_train import bounds
from gpen_train.cli.settings.catalogue import (
    ANY,
    BOUNDS,
    CHOICES,
    DEFAULT,
    TYPE,
    VERSION_KEY,
    Node,
    catalogue,
)
from gpen_train.cli.settings.composing import compose_as

TYPES: dict[str, type] = {"integer": int, "number": float, "string": str, "boolean": bool}


def check(name: str, arguments: list[str]) -> None:
    """Raise ValueError as composing configs/NAME.yaml with ``arguments`` does."""
    compose_as(typed(name), name, arguments)


def typed(name: str) -> type:
    """A dataclass that composes as that of schema.py does: the same names, types, bounds and defaults."""
    return _dataclass(catalogue(name), name.title())


def _dataclass(node: Node, title: str) -> type:
    own = []
    for key, inner in node["properties"].items():
        if key in ("defaults", VERSION_KEY):
            continue
        if "properties" in inner and not inner.get(ANY):
            kind = _dataclass(inner, f"{title}{key.title()}")
            own.append((key, kind, field(default_factory=kind)))
        else:
            own.append((key, _type(inner), _field(inner)))
    return make_dataclass(title, own)


def _field(node: Node) -> Any:
    metadata: dict[str, Any] = {}
    if BOUNDS in node:
        least, most, give, is_whole, words, is_open = node[BOUNDS]
        metadata[bounds.KEY] = bounds.Bounds(least, most, give, is_whole, tuple(words), is_open)
    if CHOICES in node:
        metadata[bounds.CHOICES] = tuple(node[CHOICES])
    default = node.get(DEFAULT, MISSING)
    if isinstance(default, dict | list):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def _type(node: Node) -> Any:
    if node.get(ANY):
        return Any
    names = node[TYPE]
    if "array" in names:
        kind: Any = list[float] if BOUNDS in node else list[str]
    elif "object" in names:
        kind = dict[str, float]
    else:
        kind = TYPES[next(name for name in names if name != "null")]
    return kind | None if "null" in names else kind
