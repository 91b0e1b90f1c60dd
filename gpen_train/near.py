"""The names that a mistaken one may mean: the one rule for settings, commands, presets, files."""

import difflib
from collections.abc import Iterable
from pathlib import Path

MOST_NAMES = 30  # that fit into a line


def near_names(found: str, valid: Iterable[str], most: int = 4) -> list[str]:
    """Those of ``valid`` that are like ``found``, the nearest first."""
    return difflib.get_close_matches(found, list(valid), n=most, cutoff=0.5)


def nearest(found: str, valid: Iterable[str]) -> str:
    """What to say of them: the nearest, else all."""
    valid = sorted(valid)
    near = near_names(found, valid)
    return f"did you mean {' or '.join(near)}?" if near else f"choose one of: {', '.join(valid[:MOST_NAMES])}"


def meant(path: Path) -> str:
    """`; did you mean runs/quickstart?` of a path that is not there, or "" where nothing there is like it."""
    missing = next((part for part in (*reversed(path.parents), path) if not part.exists()), None)
    if missing is None or not missing.parent.is_dir():
        return ""
    try:
        names = [entry.name for entry in missing.parent.iterdir()]
    except OSError:  # a folder that may not be listed
        return ""
    below = path.relative_to(missing)
    paths = (missing.parent / name / below for name in near_names(missing.name, names))
    found = next((one for one in paths if one.exists()), None)
    return f"; did you mean {found}?" if found else ""
