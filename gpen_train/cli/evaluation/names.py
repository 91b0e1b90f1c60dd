"""What the systems of an evaluation are called: as they are given, or by what differs in their paths."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from omegaconf import DictConfig

from gpen_train.cli.evaluation.data import listed
from gpen_train.cli.evaluation.distinct import distinct
from gpen_train.evaluation.report.model import BASELINES

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
