"""Numbers in words that people read: counts with their nouns, shares in percent, none with an exponent."""

import math
from decimal import Decimal

FROM_GROUPED = 10_000  # smaller numbers are read as quickly without commas


def plural(number: int, one: str, many: str | None = None) -> str:
    """``1 photo``, ``3 photos``, ``64,000 photos``; ``many`` is for nouns that take more than an s."""
    return f"{count(number)} {noun(number, one, many)}"


def noun(number: int, one: str, many: str | None = None) -> str:
    """The noun alone, in the form that ``number`` asks for."""
    return one if number == 1 else many or f"{one}s"


def count(number: int) -> str:
    """``4800``, ``64,000``."""
    return f"{number:,}" if abs(number) >= FROM_GROUPED else str(number)


def decimal(value: float, digits: int = 6) -> str:
    """``value`` with so many significant digits, or all those before the point: 1234567, 0.00002."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    behind = max(0, digits - 1 - Decimal(float(value)).adjusted())
    text = f"{value:.{behind}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """``4.8 %`` of a share 0.048. 0 % and 100 % are said of none and all alone; nan is a dash."""
    value = 100 * share
    if math.isnan(value):
        return "–"
    if 0 < value < 0.01:
        return "less than 0.01 %"
    if 99.9 < value < 100:
        return "more than 99.9 %"
    return f"{decimal(value, 3 if value > 99 else 2)} %"
