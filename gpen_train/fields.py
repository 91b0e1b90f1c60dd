"""What the fields of a JSON file have to be, checked before anything is made of them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gpen_train.quote import quoted

MOST = 2**53  # beyond it JSON's numbers are not whole any more


class Field(NamedTuple):
    """What a value has to be, in words and as a check."""

    words: str
    holds: Callable[[Any], bool]


def each(field: Field) -> Field:
    """A list of such values."""
    return Field(
        f"a list, of {field.words} each", lambda value: type(value) is list and all(map(field.holds, value))
    )


def named(field: Field) -> Field:
    """An object: names, and such values."""
    return Field(
        f"an object, of {field.words} under each name",
        lambda value: type(value) is dict and all(map(field.holds, value.values())),
    )


ANY = Field("anything", lambda value: True)
TEXT = Field("text", lambda value: type(value) is str)
COUNT = Field("a whole number from 0 on", lambda value: type(value) is int and 0 <= value <= MOST)
CRC = Field("a CRC-32", lambda value: type(value) is int and 0 <= value < 2**32)
SIDES = Field(
    "height and width in pixels",
    lambda value: (
        type(value) is list
        and len(value) == 2
        and all(type(side) is int and 0 <= side < 2**31 for side in value)
    ),
)
SHA256 = Field(
    "64 hexadecimal digits",
    lambda value: type(value) is str and re.fullmatch("[0-9a-f]{64}", value) is not None,
)
FILE_NAME = Field(
    "the name of a file",
    lambda value: type(value) is str and re.fullmatch(r"(?!\.\.?$)[^/\\\0]{1,200}", value) is not None,
)


def check_fields(content: Any, expected: Mapping[str, Field], where: str = "") -> None:
    """Raise ValueError, in one line, where ``content`` is no object with exactly these fields.

    ``where`` names the part of the file, as "shards[3]".
    """
    if not isinstance(content, dict):
        raise ValueError(f"{where or 'it'} is {quoted(content)}; expected an object: names and values")
    prefix = f"{where}." if where else ""
    for name, field in expected.items():
        if name not in content:
            raise ValueError(f"{prefix}{name} is missing")
        if not field.holds(content[name]):
            raise ValueError(f"{prefix}{name} is {quoted(content[name])}; expected {field.words}")
    if others := content.keys() - expected.keys():
        raise ValueError(f"{prefix}{quoted(min(others))} is no field of it")
