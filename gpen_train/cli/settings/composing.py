"""From what is given on the command line to a configuration, without torch: the schema is handed in."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import hydra
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train.cli.parsers.own import OWN
from gpen_train.cli.settings.configs import choices_of, configs_folder, groups_of
from gpen_train.cli.settings.numbers import check_all_values, leaves
from gpen_train.cli.settings.origins import Origins, origins_of
from gpen_train.cli.settings.own_file import OwnFile, read_own, with_whole_numbers
from gpen_train.cli.settings.presets import names_of, needed_by
from gpen_train.cli.settings.refusals import check_groups, check_names, explain, is_choice, parse
from gpen_train.cli.settings.start import AUTO, FROM_RANDOM, chosen_for, why

WHOLE = re.compile(r"[+-]?\d+(\.\d*)?[eE]\+?\d{1,3}|[+-]?\d+\.0*")  # 1e6 and 64000. are whole numbers too
OWN_GROUP, OWN_NAME = "own_file", "given"  # under which a file of the user's is composed with the others
NODES = {"train": "schema", "evaluate": "evaluate_schema"}  # what their YAML calls the schema


class Composed(NamedTuple):
    """A configuration, and where it comes from."""

    config: DictConfig
    choices: dict[str, str | None]  # group -> its file
    origins: Origins | None  # where it is asked for


def compose_as(
    schema: type,  # a dataclass: schema.py's, or the catalogue's
    name: str,  # train or evaluate
    arguments: Iterable[str],  # NAME=VALUE, and --config=FILE
    needs_all: bool = True,  # refuse where a value has to be given and is not
    with_origins: bool = False,
) -> Composed:
    """configs/NAME.yaml with the file of the user's above it, and what the command line says above both.

    Raises ValueError for an unknown name, with the nearest valid ones, for a value of the wrong type or out
    of its bounds, and for a value that must be given; what stands in a file is refused with its line.
    """
    given = [_plain(argument) for argument in arguments if not argument.startswith(OWN)]
    files = [argument.removeprefix(OWN) for argument in arguments if argument.startswith(OWN)]
    own = read_own(files[-1], groups_of(name)) if files else None
    names = {parse(override).key_or_group for override in given}
    check_groups(names, name)
    overrides = _with_choices(own, names) + given
    _make_known(schema, name)
    try:
        with hydra.initialize_config_dir(str(configs_folder()), version_base="1.3"):
            if own:
                overrides = _with_values(own, name, overrides)
            composed = _composed(schema, name, overrides, own, names if with_origins else None)
        _check_given(composed.config, names | set(own.places if own else ()), overrides, needs_all)
        values = OmegaConf.to_container(composed.config)
        check_all_values(schema, values)
        for setting, value in leaves(values):
            if value == "":
                raise ValueError(f"{setting} is empty; give it a value: {setting}=..")
    except ValueError as error:
        setting = str(error).split(" ")[0]
        place = own.places.get(setting) if own and setting not in names else None
        if place:
            raise ValueError(f"{place}: {error}") from error
        raise
    return composed


def for_hydra(schema: type, name: str, arguments: Iterable[str]) -> list[str]:
    """``arguments`` as Hydra takes them, which may hold several values and settings of Hydra's own.

    Call it where Hydra is initialized; what it composes then knows the schema, and the file of the user's.
    """
    files = [argument.removeprefix(OWN) for argument in arguments if argument.startswith(OWN)]
    overrides = [argument for argument in arguments if not argument.startswith(OWN)]
    _make_known(schema, name)
    if not files:
        return overrides
    own = read_own(files[-1], groups_of(name))
    names = {override.partition("=")[0] for override in overrides}
    return _with_values(own, name, _with_choices(own, names)) + overrides


def _make_known(schema: type, name: str) -> None:
    """Give Hydra the schema, unless it has it: that takes a seventh of a composition."""
    store = ConfigStore.instance()
    stored = store.repo.get(f"{NODES[name]}.yaml")
    if stored is None or OmegaConf.get_type(stored.node) is not schema:
        store.store(name=NODES[name], node=schema)


def _composed(
    schema: type, name: str, overrides: list[str], own: OwnFile | None, given: set[str] | None
) -> Composed:
    try:
        config = hydra.compose(name, overrides, return_hydra_config=True)
        presets = chosen_for(config)
        complete = overrides + [f"{group}={choice}" for group, choice in presets.items()]
        if not presets.items() <= FROM_RANDOM.items():  # which auto.yaml has brought already
            config = hydra.compose(name, complete, return_hydra_config=True)
        choices = dict(config.hydra.runtime.choices) | presets
        auto = {group: f"{AUTO}, {why(config)}" for group in presets}
        origins = None if given is None else origins_of(name, complete, own, given, auto)
        config = without_hydra(config)
        OmegaConf.resolve(config)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        known = names_of(hydra.compose(name, [one for one in overrides if is_choice(one)]))
        raise ValueError(explain(error, schema, overrides, known)) from error
    check_names(config, schema, names_of(config))
    groups = {group: choice for group, choice in choices.items() if choices_of(group)}
    return Composed(config, groups, origins)


def without_hydra(config: DictConfig) -> DictConfig:
    """The settings alone, where Hydra's own were asked for too."""
    return OmegaConf.masked_copy(config, [key for key in config if key != "hydra"])


def _with_choices(own: OwnFile | None, given: set[str]) -> list[str]:
    """What a file chooses, as the command line would, where that does not."""
    chosen = own.choices.items() if own else ()
    return [f"{group}={choice}" for group, choice in chosen if group not in given]


def _with_values(own: OwnFile, name: str, overrides: list[str]) -> list[str]:
    """What lets Hydra compose the file's values above those of configs/; their names are checked first."""
    chosen = [one for one in overrides if is_choice(one)]
    found = hydra.compose(name, chosen, return_hydra_config=True)
    own.check_names(name, set(names_of(without_hydra(found))), found.hydra.runtime.choices)
    values = with_whole_numbers(name, own.values)
    ConfigStore.instance().store(group=OWN_GROUP, name=OWN_NAME, node=values, package="_global_")
    return [f"{OWN_GROUP}={OWN_NAME}", *overrides]


def _plain(override: str) -> str:
    """``images=1e6`` as ``images=1000000``."""
    name, _, value = override.partition("=")
    return f"{name}={int(float(value))}" if WHOLE.fullmatch(value) else override


def _check_given(config: DictConfig, given: set[str], overrides: list[str], needs_all: bool) -> None:
    """Raise ValueError for a value that has to be given and is not; null on purpose will do."""
    missing = sorted(OmegaConf.missing_keys(config)) if needs_all else []
    if missing:
        raise ValueError(f"{missing[0]} is not set; give it on the command line: {missing[0]}=...")
    chosen: list[Any] = [parse(one).value() for one in overrides if one.startswith("experiment=")]
    for experiment in chosen if needs_all else ():
        for name in sorted(needed_by(experiment)) if experiment in choices_of("experiment") else ():
            if name not in given:
                raise ValueError(
                    f"{name} is not set, and experiment={experiment} needs it; give it on the command line: "
                    f"{name}=..., or {name}=null to do without"
                )
