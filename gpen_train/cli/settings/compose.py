"""From overrides on the command line to a configuration, or one line that says what is wrong."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

import hydra
from hydra.errors import HydraException, InstantiationException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train.cli.settings import schema
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.start import follow_start


def compose(name: str, overrides: Iterable[str]) -> DictConfig:
    """configs/NAME.yaml with ``overrides`` applied.

    Raises ValueError for an unknown name, with the nearest valid ones, for a value of the wrong type and
    for a value that must be given.
    """
    overrides = list(overrides)
    schema.register()
    with hydra.initialize_config_dir(str(configs_folder()), version_base="1.3"):
        try:
            config = hydra.compose(name, follow_start(name, overrides))
            OmegaConf.resolve(config)
        except (HydraException, OmegaConfBaseException) as error:
            raise ValueError(_explain(error, name, overrides)) from error
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise ValueError(f"{missing[0]} is not set; give it on the command line: {missing[0]}=...")
    return config


def build(config: DictConfig, **arguments: Any) -> Any:
    """What ``config`` describes, built with ``arguments`` too; its own errors come through as they are."""
    try:
        return hydra.utils.instantiate(config, _convert_="all", **arguments)
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, ValueError | OSError):
            raise cause from None
        raise ValueError(_first_line(cause or error)) from error


def _explain(error: Exception, name: str, overrides: list[str]) -> str:
    """One line: what was found, what would be valid."""
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, choice = (error.missing_cfg_file or "").rpartition("/")
        return f"{group}={choice} does not exist; {_nearest(choice, error.options)}"
    unknown = re.search(r"Key '([^']+)' (?:is )?not in", f"{error}\n{error.__cause__}")
    for override in overrides:
        key = override.split("=")[0].lstrip("+~")
        is_meant = (unknown and key.split(".")[-1] == unknown[1]) or f"'{key}'" in _first_line(error)
        known = _names(hydra.compose(name, [])) if is_meant else [key]
        if key not in known:
            return f"there is no setting {key}; {_nearest(key, known)}"
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    full_key = getattr(cause, "full_key", None)
    return f"{full_key}: {_first_line(cause)}" if full_key else _first_line(cause)


def _nearest(found: str, valid: Iterable[str]) -> str:
    valid = sorted(valid)
    near = difflib.get_close_matches(found, valid, n=4, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"choose one of: {', '.join(valid)}"


def _names(config: DictConfig, prefix: str = "") -> list[str]:
    """Every setting by its dotted name, groups too."""
    names = []
    for key in config:
        names.append(f"{prefix}{key}")
        if not OmegaConf.is_missing(config, key) and isinstance(config[key], DictConfig):
            names += _names(config[key], f"{prefix}{key}.")
    return names


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0]
