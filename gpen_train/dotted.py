"""Nested settings by dotted names."""

from collections.abc import Mapping
from typing import Any


def dotted(settings: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """``{"r1": {"weight": 10}}`` -> ``{"r1.weight": 10}``; a mapping that holds nothing is a value."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        inner = isinstance(value, Mapping) and value
        flat |= dotted(value, f"{prefix}{key}.") if inner else {f"{prefix}{key}": value}
    return flat
