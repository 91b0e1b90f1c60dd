"""Short names for paths, by what differs in them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gpen_train.places.place import is_url


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
