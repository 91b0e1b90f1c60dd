"""What the fields of a JSON file have to be, checked before anything is made of them."""

import os
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


def optional(field: Field) -> Field:
    """Such a value, or null."""
    return Field(f"{field.words} or null", lambda value: value is None or field.holds(value))


def one_of(*words: str) -> Field:
    """One of these words."""
    return Field(" or ".join(words), lambda value: type(value) is str and value in words)


def exactly(fields: Mapping[str, Field]) -> Field:
    """An object with these fields and no others."""
    inner = with_fields(fields)
    return Field(inner.words, lambda value: inner.holds(value) and value.keys() == fields.keys())


def with_fields(fields: Mapping[str, Field]) -> Field:
    """An object that has these fields at least."""
    return Field(
        f"an object with {', '.join(fields)}",
        lambda value: (
            type(value) is dict
            and all(name in value and field.holds(value[name]) for name, field in fields.items())
        ),
    )


def named(field: Field) -> Field:
    """An object: names, and such values."""
    return Field(
        f"an object, of {field.words} under each name",
        lambda value: type(value) is dict and all(map(field.holds, value.values())),
    )


def _is_plain(value: Any, depth: int = 12) -> bool:
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    return depth > 0 and all(_is_plain(item, depth - 1) for item in inner)


def _is_label(value: Any) -> bool:
    if type(value) is not str or not 0 < len(value) < 4096 or "\0" in value:
        return False
    try:
        return all(len(os.fsencode(part)) < 256 for part in value.split("/"))
    except UnicodeEncodeError:  # half of a pair of surrogates
        return False


ANY = Field("anything", lambda value: True)
PLAIN = Field("values that are not nested deep", _is_plain)
LABEL = Field("a relative path that a file can have", _is_label)
WORD = Field("a short word", lambda value: type(value) is str and len(value) <= 40 and value.isprintable())
FLAG = Field("true or false", lambda value: type(value) is bool)
NUMBER = Field("a finite number", lambda value: type(value) in (int, float) and abs(value) <= 1e300)
WHOLE = Field("a whole number of 64 bits", lambda value: type(value) is int and -(2**63) <= value < 2**63)
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


def check_fields(
    content: Any, expected: Mapping[str, Field], where: str = "", others: bool = False, lacks: bool = False
) -> None:
    """Raise ValueError, in one line, where ``content`` is no object with exactly these fields.

    ``where`` names the part of the file, as "shards[3]". It may have ``others``, or ``lacks`` some.
    """
    if not isinstance(content, dict):
        raise ValueError(f"{where or 'it'} is {quoted(content)}; expected an object: names and values")
    prefix = f"{where}." if where else ""
    for name, field in expected.items():
        if name not in content and lacks:
            continue
        if name not in content:
            raise ValueError(f"{prefix}{name} is missing")
        if not field.holds(content[name]):
            raise ValueError(f"{prefix}{name} is {quoted(content[name])}; expected {field.words}")
    if not others and (unknown := content.keys() - expected.keys()):
        raise ValueError(f"{prefix}{quoted(min(unknown))} is no field of it")
