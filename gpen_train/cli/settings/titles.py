"""What a YAML file says of itself."""

from itertools import dropwhile, takewhile

HEADER = "@package"  # Hydra's own comment, which says nothing to a reader


def comment_of(text: str) -> list[str]:
    """The lines of the file's first comment; none where it has none."""
    lines = [line for line in text.splitlines() if HEADER not in line]
    behind = dropwhile(lambda line: not line.startswith("#"), lines)
    return [line.lstrip("# ").rstrip() for line in takewhile(lambda line: line.startswith("#"), behind)]


def title_of(text: str) -> str:
    """The first of these lines; "" where there is none."""
    return next(iter(comment_of(text)), "")
