"""A YAML file of the user's, from anywhere: its settings, what it starts from, and their lines."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from gpen_train.bounds import Bounds
from gpen_train.cli.settings.catalogue import BOUNDS, VERSION, VERSION_KEY, find, is_known
from gpen_train.cli.settings.configs import choices_of
from gpen_train.cli.settings.numbers import leaves
from gpen_train.cli.settings.refusals import no_setting
from gpen_train.cli.settings.yaml_file import read_yaml
from gpen_train.cli.settings.yaml_lines import lines_of
from gpen_train.near import nearest
from gpen_train.quote import quoted

OVERRIDE = "override "  # as Hydra's files say it: `- override /model: v2_512`
MOST_BASES = 8  # a file that starts from a file that starts from ..


class OwnFile(NamedTuple):
    """What such a file says, with the files that it starts from below it."""

    choices: dict[str, str]  # group -> the file of configs/ that is chosen
    values: DictConfig  # all else
    places: dict[str, str]  # a setting, or a group that is chosen -> "mine.yaml, line 7"

    def place_of(self, name: str) -> str | None:
        """Where a setting, or the nearest group around it, stands; None where the file has neither."""
        while name and name not in self.places:
            name = name.rpartition(".")[0]
        return self.places.get(name)

    def check_names(self, schema: str, known: Collection[str], choices: Mapping[str, str | None]) -> None:
        """Raise ValueError, with file and line, for a setting that there is not.

        ``known`` are the settings of the files that are chosen; the catalogue knows of others too.
        """
        for name in _names(OmegaConf.to_container(self.values)):
            if name not in known and not is_known(schema, name, choices):
                raise ValueError(f"{self.place_of(name)}: {no_setting(name, known)}")
            line = _no_group(schema, name, OmegaConf.select(self.values, name))
            if line:
                raise ValueError(f"{self.place_of(name)}: {line}")


def read_own(path: str | Path, groups: tuple[str, ...], depth: int = 0) -> OwnFile:
    """The file at ``path``, whose ``defaults`` may choose in ``groups`` and name other files beside it.

    Raises OSError where it cannot be opened; ValueError, with the file and where possible its line, for what
    is no settings, for a choice that there is not, and for a file of another version.
    """
    path = Path(path)
    if depth > MOST_BASES:
        raise ValueError(f"{path} starts from itself, or from more than {MOST_BASES} files in a row")
    try:
        values = read_yaml(path)
        lines = {name: line.number for name, line in lines_of(path.read_text("utf-8-sig")).items()}
    except OSError as error:
        raise OSError(
            f"cannot read {path} ({error.strerror or error}); give a YAML file of settings"
        ) from error
    except ValueError as error:
        raise ValueError(f"{path} is no file of settings: {error}") from error
    places = {name: f"{path}, line {number}" for name, number in lines.items()}
    _check_version(values, places)
    choices, own_places = {}, {}
    below: list[OwnFile] = []
    for place, (group, choice) in _defaults(values, places):
        if not group and choice.endswith((".yaml", ".yml")):
            below.append(read_own(path.parent / choice, groups, depth + 1))
            continue
        if not group and choice in choices_of("experiment"):
            group = "experiment"
        _check_choice(place, group, choice, groups)
        choices[group], own_places[group] = choice, place
    for name in (name for name in lines if name.startswith("defaults")):
        del places[name]
    settings = OmegaConf.merge(*(one.values for one in below), values)
    merged = {group: choice for one in below for group, choice in one.choices.items()} | choices
    of_below = {name: place for one in below for name, place in one.places.items()}
    return OwnFile(merged, settings, of_below | places | own_places)


def with_whole_numbers(name: str, values: DictConfig) -> DictConfig:
    """``values`` for configs/NAME.yaml, with 1e6 as 1000000 where a whole number is asked for."""
    for setting, value in leaves(OmegaConf.to_container(values)):
        bounds = (find(name, setting) or {}).get(BOUNDS)
        if bounds and Bounds(*bounds).is_whole and isinstance(value, float) and value.is_integer():
            OmegaConf.update(values, setting, int(value))
    return values


def _check_version(values: DictConfig, places: dict[str, str]) -> None:
    version = values.pop(VERSION_KEY, VERSION)
    place = places.pop(VERSION_KEY, "")
    if version != VERSION:
        raise ValueError(
            f"{place}: {VERSION_KEY} is {quoted(version)}, and this gpen_train has {VERSION}: compare with "
            f"`gpen train --schema`, then write {VERSION_KEY}: {VERSION}"
        )


def _defaults(values: DictConfig, places: dict[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """(where it stands, (group, choice)) of each entry; the group is "" where only a name is given."""
    found = OmegaConf.to_container(values).get("defaults") or []
    values.pop("defaults", None)
    for number, entry in enumerate(found if isinstance(found, list) else [found]):
        place = places.get(f"defaults[{number}]") or places["defaults"]
        if entry == "_self_":
            continue
        if isinstance(entry, str):
            yield place, ("", entry)
        elif isinstance(entry, dict) and len(entry) == 1:
            ((group, choice),) = entry.items()
            yield place, (str(group).removeprefix(OVERRIDE).lstrip("/"), str(choice))
        else:
            raise ValueError(f"{place}: {_EXPECTED}")


_EXPECTED = "defaults holds names; give a list such as [{model: v2_256}, {experiment: bfr_512}, base.yaml]"


def _check_choice(place: str, group: str, choice: str, groups: tuple[str, ...]) -> None:
    if not group:
        raise ValueError(f"{place}: {quoted(choice)} is no experiment and no .yaml file; {_EXPECTED}")
    if group not in groups:
        raise ValueError(f"{place}: there is no group {quoted(group)}; {nearest(group, groups)}")
    if choice not in choices_of(group):
        raise ValueError(
            f"{place}: {group}={quoted(choice)} does not exist; {nearest(choice, choices_of(group))}"
        )


def _names(value: Any, prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings and groups; lists are not entered."""
    for key, inner in value.items():
        yield f"{prefix}{key}"
        if isinstance(inner, dict):
            yield from _names(inner, f"{prefix}{key}.")


def _no_group(schema: str, name: str, value: Any) -> str:
    """The line for a group of settings that is given a value; "" for all else."""
    settings = (find(schema, name) or {}).get("properties")
    if not settings or value is None or isinstance(value, DictConfig):
        return ""
    first = next(key for key in settings if not key.startswith("_"))
    choice = f", or a file of it with defaults: [{{{name}: NAME}}]" if choices_of(name) else ""
    return f"{name} is {quoted(value)}; it is a group of settings: give {name}: {{{first}: ..}}{choice}"
