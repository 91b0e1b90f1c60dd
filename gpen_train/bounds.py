"""The bounds of a number and the choices of a word in the settings: they stand where these do."""

import math
import re
from collections.abc import Iterable
from dataclasses import field, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, cast

KEY, CHOICES = "bounds", "choices"  # of a field's metadata
THOUSANDS = {"k": 1e3, "m": 1e6}


class Bounds(NamedTuple):
    """From ``least`` to ``most``, both included."""

    least: float
    most: float
    give: str  # what to type: follows "give" in the line that refuses a number
    is_whole: bool = False
    words: tuple[str, ...] = ()  # that may stand in the number's place
    is_open: bool = False  # the ends are left out

    def hold(self, value: Any) -> bool:
        """Whether ``value`` is a number within: NaN and infinity never are."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value in self.words
        if not math.isfinite(value) or (self.is_whole and value != int(value)):
            return False
        if self.is_open:
            return self.least < value < self.most
        return self.least <= value <= self.most

    def check(self, name: str, value: Any) -> None:
        """Raise ValueError, in one line, for what is not within."""
        if not self.hold(value):
            raise ValueError(self.refusal(name, value))

    def refusal(self, name: str, value: Any) -> str:
        """The line that refuses ``value``."""
        shown = "null" if value is None else repr(value) if isinstance(value, str) else value
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if is_number and value >= self.most:
            return f"{name} is {shown}; give {self.give}, at most {self.most:g}"
        give = self.give
        if self.is_whole and not (is_number and value == int(value)):
            give = give.replace("a number", "a whole number", 1)
        return f"{name} is {shown}; give {give}{_spelled_out(name, value)}"


def _spelled_out(name: str, value: Any) -> str:
    """What 64k means, where that was given."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmM])", str(value))
    return f": {name}={float(found[1]) * THOUSANDS[found[2].lower()]:.0f}" if found else ""


def whole(least: int, most: float, give: str, words: tuple[str, ...] = ()) -> Bounds:
    """Whole numbers."""
    return Bounds(least, most, give, is_whole=True, words=words)


WEIGHT = Bounds(0, 1e6, "0 to leave it out, or more")
START = whole(0, 1e12, "a number of images seen before it counts, from 0")
SHARE = Bounds(0, 1, "a share from 0 to 1")


def bounded(bounds: Bounds, default: Any) -> Any:
    """A dataclass's field with its bounds; of a mapping and of a list they are those of each value."""
    return field(default=default, metadata={KEY: bounds})


def one_of(choices: Iterable[str], default: Any) -> Any:
    """A dataclass's field for a word, with those that it may be."""
    return field(default=default, metadata={CHOICES: tuple(choices)})


def bounds_of(settings: Any) -> dict[str, Bounds]:
    """Dotted name -> bounds, of every number in a dataclass, or in an instance, and in those inside it."""
    return _metadata(_kind(settings), KEY)


def choices_in(settings: Any) -> dict[str, tuple[str, ...]]:
    """Dotted name -> choices, of every word that has them, likewise."""
    return _metadata(_kind(settings), CHOICES)


def _kind(settings: Any) -> type:
    return settings if isinstance(settings, type) else type(settings)


@cache  # asked for every value of a configuration
def _metadata(kind: type, key: str) -> dict[str, Any]:
    found = {}
    for own in fields(kind):
        if key in own.metadata:
            found[own.name] = own.metadata[key]
        elif is_dataclass(own.type):
            inner = _metadata(cast(type, own.type), key)
            found |= {f"{own.name}.{name}": value for name, value in inner.items()}
    return found


def check_choice(name: str, value: Any, choices: Iterable[str]) -> None:
    """Raise ValueError, in one line, for a word that is none of the choices."""
    if value not in (choices := tuple(choices)):
        raise ValueError(f"{name} is {value!r}; choose one of: {', '.join(choices)}")


def check_values(settings: Any, group: str) -> None:
    """Raise ValueError for the first number of a dataclass that is out of its bounds, and the first word that
    is none of its choices; None is neither."""
    for name, choices in choices_in(settings).items():
        value = _value(settings, name)
        if value is not None:
            check_choice(f"{group}.{name}", value, choices)
    for name, bounds in bounds_of(settings).items():
        value = _value(settings, name)
        for key, number in _numbers(value):
            if number is not None:
                bounds.check(f"{group}.{name}{key}", number)


def _numbers(value: Any) -> Iterable[tuple[str, Any]]:
    """The value itself, or those of a mapping or of a list, with what each adds to the name."""
    if isinstance(value, dict):
        return [(f".{key}", number) for key, number in value.items()]
    if isinstance(value, list):
        return [(f"[{place}]", number) for place, number in enumerate(value)]
    return [("", value)]


def _value(settings: Any, name: str) -> Any:
    for part in name.split("."):
        settings = getattr(settings, part)
    return settings
