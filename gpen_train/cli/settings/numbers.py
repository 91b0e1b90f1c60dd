"""Every value of a configuration within its bounds, or one of its choices, whichever group it stands in."""

import re
from collections.abc import Iterator
from typing import Any

from gpen_train.bounds import Bounds, bounds_of, check_choice, choices_in
from gpen_train.cli.settings.limits import CHOICES_OF_GROUPS, MAY_BE_NULL, OF_GROUPS, OTHERS


def find_bounds(schema: type, name: str) -> Bounds | None:
    """The bounds of the number of this dotted name; None where it is unknown."""
    known = bounds_of(schema) | OF_GROUPS
    place = re.sub(r"\[\d+\]", "[]", name)
    # Of many: of a list, as ema.profiles, and of a mapping, as losses.perceptual.layers.
    if place in known:
        return known[place]
    of_many = known.get(place.removesuffix("[]")) or known.get(place.rpartition(".")[0])
    return of_many or known.get(place.replace("data.parts[].", "data."))


def find_choices(schema: type, name: str) -> tuple[str, ...]:
    """The words that a setting may be; none where any will do."""
    return (choices_in(schema) | CHOICES_OF_GROUPS).get(name, ())


def check_all_values(schema: type, config: dict[str, Any]) -> None:
    """Raise ValueError in one line, for the first value that is out of its bounds or choices."""
    for name, value in leaves(config):
        choices = find_choices(schema, name)
        if choices and value is not None:
            check_choice(name, value, choices)
        bounds = find_bounds(schema, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if bounds and (value is not None or (name in OF_GROUPS and name not in MAY_BE_NULL)):
            bounds.check(name, value)
        elif is_number:
            OTHERS.check(name, value)


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, value) of everything that holds nothing else: ``data.parts[0].weight``, 3."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{name}[{place}]")
    else:
        yield name, value
