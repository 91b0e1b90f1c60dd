"""What a file holds, as far as a line of an error or a report has room for it."""

import reprlib
from typing import Any

LENGTH = 60  # characters
REASON = 150  # characters of what another program says of its failure


def quoted(value: Any, length: int = LENGTH) -> str:
    """Text as it is, other values as Python writes them; cut, and without what would break the line."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    cut = text if len(text) <= length else f"{text[: length - 2]}.."
    return "".join(char if char.isprintable() else "?" for char in cut)


def reason_of(error: BaseException) -> str:
    """What an error says, in one line, cut; its kind where it says nothing."""
    return quoted(" ".join(str(error).split()), REASON) or type(error).__name__


def first_line(error: BaseException) -> str:
    """An error's words, as far as they fit into one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def quoted_names(names: Any, most: int = 4) -> str:
    """The first of some names, with commas between them."""
    shown = [quoted(name, 40) for _, name in zip(range(most), names, strict=False)]
    return ", ".join([*shown, ".."] if len(names) > most else shown)
