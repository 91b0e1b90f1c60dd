"""From overrides on the command line to a configuration, or one line that says what is wrong."""

import re
from collections.abc import Iterable
from typing import Any

import hydra
from hydra.errors import HydraException, InstantiationException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train.cli.settings import schema
from gpen_train.cli.settings.configs import choices_of, configs_folder
from gpen_train.cli.settings.numbers import check_all_numbers, leaves
from gpen_train.cli.settings.presets import names_of, needed_by
from gpen_train.cli.settings.refusals import check_names, explain, first_line, is_choice, parse
from gpen_train.cli.settings.start import composed

WHOLE = re.compile(r"[+-]?\d+(\.\d*)?[eE]\+?\d{1,3}|[+-]?\d+\.0*")  # 1e6 and 64000. are whole numbers too


def compose(name: str, overrides: Iterable[str]) -> DictConfig:
    """configs/NAME.yaml with ``overrides`` applied.

    Raises ValueError for an unknown name, with the nearest valid ones, for a value of the wrong type or out
    of its bounds, and for a value that must be given.
    """
    overrides = [_plain(override) for override in overrides]
    given = {parse(override).key_or_group for override in overrides}
    schema.register()
    typed = schema.OF[name]
    with hydra.initialize_config_dir(str(configs_folder()), version_base="1.3"):
        try:
            config = composed(name, overrides)
            OmegaConf.resolve(config)
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            known = names_of(hydra.compose(name, [one for one in overrides if is_choice(one)]))
            raise ValueError(explain(error, typed, overrides, known)) from error
        check_names(config, typed, names_of(config))
    _check_given(config, given, overrides)
    values = OmegaConf.to_container(config)
    check_all_numbers(typed, values)
    for setting, value in leaves(values):
        if value == "":
            raise ValueError(f"{setting} is empty; give it a value: {setting}=..")
    return config


def build(config: DictConfig, **arguments: Any) -> Any:
    """What ``config`` describes, built with ``arguments`` too; its own errors come through as they are."""
    try:
        return hydra.utils.instantiate(config, _convert_="all", **arguments)
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, ValueError | OSError):
            raise cause from None
        raise ValueError(first_line(cause or error)) from error


def _plain(override: str) -> str:
    """``images=1e6`` as ``images=1000000``."""
    name, _, value = override.partition("=")
    return f"{name}={int(float(value))}" if WHOLE.fullmatch(value) else override


def _check_given(config: DictConfig, given: set[str], overrides: list[str]) -> None:
    """Raise ValueError for a value that has to be given and is not; null on purpose will do."""
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise ValueError(f"{missing[0]} is not set; give it on the command line: {missing[0]}=...")
    chosen = [parse(override).value() for override in overrides if override.startswith("experiment=")]
    for experiment in chosen:
        for name in sorted(needed_by(experiment)) if experiment in choices_of("experiment") else ():
            if name not in given:
                raise ValueError(
                    f"{name} is not set, and experiment={experiment} needs it; give it on the command line: "
                    f"{name}=..., or {name}=null to do without"
                )
