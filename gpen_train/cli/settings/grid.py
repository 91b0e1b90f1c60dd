"""Settings with several values, as combinations of one each."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from gpen_train.cli.settings.refusals import parse

OWN = ("run_dir", "resume", "estimate")  # what every run of a sweep has to itself


class Combination(NamedTuple):
    """The settings of one run."""

    overrides: list[str]  # NAME=VALUE, those that vary and those that do not
    varied: dict[str, str]  # the former alone

    @property
    def folder(self) -> str:
        """A name for what varies: ``content.weight-10_seed-0``."""
        parts = [f"{short(name)}-{value}" for name, value in self.varied.items()]
        return re.sub(r"[^\w.+-]+", "-", "_".join(parts)) or "run"


def short(name: str) -> str:
    """A setting's name without its group: ``losses.r1.weight`` is ``r1.weight``."""
    return name.partition(".")[2] or name


def combinations(overrides: Sequence[str]) -> list[Combination]:
    """All of them, the last setting varying fastest: ``a=1,2 b=x`` is a=1 b=x and a=2 b=x.

    Several values are written as Hydra has them: ``1,2``, ``range(0,4)``, ``choice(a,b)``. Raises ValueError
    for what cannot be read, for a setting that each run has to itself, and for one that is given twice.
    """
    choices: list[list[tuple[str, str, bool]]] = []
    for override in overrides:
        name = override.partition("=")[0]
        if name in OWN:
            raise ValueError(f"{override} is for one run; a sweep sets {name} itself: leave it out")
        if any(name == other for (other, _, _), *_ in choices):
            raise ValueError(f"{name} is given twice; give its values together, as {name}=A,B")
        values = _values(override)
        choices.append([(name, value, len(values) > 1) for value in values])
    found = [
        Combination(
            [f"{name}={value}" if value else name for name, value, _ in chosen],
            {name: value for name, value, varies in chosen if varies},
        )
        for chosen in itertools.product(*choices)
    ]
    folders = [one.folder for one in found]
    if twice := {folder for folder in folders if folders.count(folder) > 1}:
        raise ValueError(f"two runs of the sweep would be called {min(twice)}; give each value once")
    return found


def _values(override: str) -> list[str]:
    _, equals, value = override.partition("=")
    try:
        parsed = OverridesParser.create().parse_override(override)
    except HydraException:
        parsed = parse(override)  # which says what is wrong
    if not parsed.is_sweep_override():
        parse(override)
        return [value if equals else ""]
    return list(parsed.sweep_string_iterator())
