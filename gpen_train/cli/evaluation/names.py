"""What the systems of an evaluation are called: as they are given, or by what differs in their paths."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from omegaconf import DictConfig

from gpen_train.cli.evaluation.data import listed
from gpen_train.evaluation.report.model import BASELINES
from gpen_train.places.place import is_url

TAKEN = (*BASELINES, "clean")  # names of a page's pictures that no system may have
EXAMPLE = "checkpoint='{before: a.pth, after: b.pth}'"


class Named(NamedTuple):
    """The files and folders that are compared, by the names of their rows."""

    checkpoints: dict[str, str]
    restored: dict[str, str]


def name_systems(config: DictConfig) -> Named:
    """The names of ``config``'s ``checkpoint`` and ``restored``, each a path, several, or names with paths.

    Raises ValueError, in one line, for a name that is empty or taken, and for what is given twice.
    """
    groups = {setting: config[setting] for setting in ("checkpoint", "restored")}
    given = {setting: _given(setting, group) for setting, group in groups.items() if _has_names(group)}
    names = [name for by_name in given.values() for name in by_name]
    for name, number in Counter(names).items():
        if number > 1:
            raise ValueError(f"checkpoint and restored both name one {name!r}; give each a name of its own")
    paths = [str(path) for group in groups.values() if not _has_names(group) for path in listed(group)]
    found = dict(zip(distinct(paths, (*TAKEN, *names)), paths, strict=True))
    by_path = {path: name for name, path in found.items()}
    checkpoints, restored = (
        given[setting] if setting in given else {by_path[str(path)]: str(path) for path in listed(group)}
        for setting, group in groups.items()
    )
    return Named(checkpoints, restored)


def distinct(paths: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """A short name for each path: its last part without suffix, or where others have that too, what differs.

    runs/a/export/x.pth and runs/b/export/x.pth are a and b. Raises ValueError for a path that comes twice.
    """
    for path, number in Counter(paths).items():
        if number > 1:
            raise ValueError(f"{path} is given {number} times; expected each file and folder once")
    parts = [_parts(path) for path in paths]
    names = [own[-1] for own in parts]
    for name in {name for name in names if names.count(name) > 1}:
        alike = [place for place, own in enumerate(parts) if own[-1] == name]
        for place, other in zip(alike, _what_differs([parts[place] for place in alike]), strict=True):
            names[place] = other
    counts = Counter([*names, *taken])
    return [
        name if counts[name] == 1 else _ending(place, parts, (*names, *taken), path)
        for place, (name, path) in enumerate(zip(names, paths, strict=True))
    ]


def _what_differs(parts: Sequence[Sequence[str]]) -> list[str]:
    """The last place at which no two are the same; where there is none, all between what they share."""
    shortest = min(map(len, parts))
    for from_end in range(1, shortest + 1):
        here = [own[-from_end] for own in parts]
        if len(set(here)) == len(here):
            return here
    first = next((i for i in range(shortest) if len({own[i] for own in parts}) > 1), shortest)
    last = next(
        (i for i in range(shortest - first) if len({own[-1 - i] for own in parts}) > 1), shortest - first
    )
    return ["/".join(own[first : len(own) - last]) or own[-1] for own in parts]


def _ending(place: int, parts: Sequence[Sequence[str]], names: Sequence[str], path: str) -> str:
    """As much of a path's end as nobody else has; all of it where that is not enough."""
    own = parts[place]
    others = {
        *names,
        *("/".join(o[-n:]) for i, o in enumerate(parts) if i != place for n in range(1, len(o))),
    }
    ends = ("/".join(own[-num:]) for num in range(2, len(own) + 1))
    whole = path if path not in names else str(Path(path).resolve())
    return next((end for end in ends if end not in others), whole)


def _parts(path: str) -> tuple[str, ...]:
    """Of a path or URL, without a file's suffix; a folder's name may have dots."""
    if is_url(path):
        pure = PurePosixPath(path.partition("?")[0])
        return (*pure.parts[1:-1], pure.stem)
    absolute = Path(path).resolve()
    given = Path(path) if Path(path).name not in ("", "..") else absolute
    parts = [part for part in given.parts if part != given.anchor]
    return (*parts[:-1], given.stem if absolute.is_file() else parts[-1]) if parts else (str(absolute),)


def _has_names(group: Any) -> bool:
    return isinstance(group, DictConfig | Mapping)


def _given(setting: str, group: Mapping[Any, Any]) -> dict[str, str]:
    """Names that were given, and their paths."""
    found = {}
    for key, path in group.items():
        name = str(key).strip()
        if not name or name in TAKEN:
            raise ValueError(
                f"{setting} has the name {name!r}; expected one of your own, other than "
                f"{', '.join(TAKEN)}: {EXAMPLE.replace('checkpoint', setting)}"
            )
        if not isinstance(path, str):
            raise ValueError(
                f"{setting}.{name} is {path}; expected one path: {EXAMPLE.replace('checkpoint', setting)}"
            )
        found[name] = path
    return found
