"""Which file, and which line of it, each value of a configuration comes from."""

import re
from pathlib import Path
from typing import NamedTuple

from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from gpen_train.cli.settings.configs import choices_of, configs_folder
from gpen_train.cli.settings.own_file import OwnFile
from gpen_train.cli.settings.yaml_lines import lines_of

COMMAND_LINE = "command line"
SCHEMA = "default of the schema"


class Origins(NamedTuple):
    """Of all values."""

    places: dict[str, str]  # a setting -> where it was last given
    given: tuple[str, ...]  # the settings and groups of the command line
    choices: dict[str, str]  # group -> where its file was chosen

    def of(self, name: str) -> str:
        """Of a setting, or of the group around it that was given as a whole."""
        around = [name, *(name[:place] for place, char in enumerate(name) if char in ".[")]
        if any(setting in self.given for setting in around):
            return COMMAND_LINE
        return self.places.get(name, SCHEMA)

    def of_choice(self, group: str) -> str:
        """Of the file that is chosen in a group."""
        return self.choices.get(group, "")


def origins_of(
    name: str,
    overrides: list[str],
    own: OwnFile | None,
    given: set[str],  # the settings and groups that the command line gives, among the overrides
    auto: dict[str, str],  # group -> the reason for its choice, which nobody made
) -> Origins:
    """Where the values of configs/NAME.yaml with ``overrides`` come from; Hydra has to be initialized."""
    loader = GlobalHydra.instance().config_loader()
    places: dict[str, str] = {}
    choices: dict[str, str] = {}
    for default in loader.compute_defaults_list(name, overrides, RunMode.RUN).defaults:
        path = configs_folder() / f"{default.config_path}.yaml"
        if (default.package or "").startswith("hydra") or not path.is_file():
            places |= own.places if own and str(default.config_path).startswith("own_file/") else {}
            continue
        prefix = f"{default.package}." if default.package else ""
        for setting, line in lines_of(path.read_text("utf-8")).items():
            place = f"{_shown(path)}:{line.number}"
            if chosen := re.fullmatch(r"defaults\[\d+\]\.(?:override /)?(\w+)", setting):
                choices[chosen[1]] = place
            places[f"{prefix}{setting}"] = place
    choices |= {group: own.places[group] for group in own.choices if group not in given} if own else {}
    choices |= auto | dict.fromkeys((group for group in given if choices_of(group)), COMMAND_LINE)
    return Origins(places, tuple(setting for setting in given if not choices_of(setting)), choices)


def _shown(path: Path) -> str:
    return f"configs/{path.relative_to(configs_folder()).as_posix()}"
