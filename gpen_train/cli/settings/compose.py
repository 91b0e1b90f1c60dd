"""From overrides on the command line to a configuration, or one line that says what is wrong."""

from collections.abc import Iterable
from typing import Any

import hydra
from hydra.errors import InstantiationException
from omegaconf import DictConfig

from gpen_train.cli.settings import schema
from gpen_train.cli.settings.composing import compose_as
from gpen_train.quote import first_line


def compose(name: str, arguments: Iterable[str]) -> DictConfig:
    """configs/NAME.yaml with ``arguments`` applied: NAME=VALUE, and --config=FILE of the user's.

    Raises ValueError for an unknown name, with the nearest valid ones, for a value of the wrong type or out
    of its bounds, and for a value that must be given.
    """
    return compose_as(schema.OF[name], name, list(arguments)).config


def build(config: DictConfig, **arguments: Any) -> Any:
    """What ``config`` describes, built with ``arguments`` too; its own errors come through as they are."""
    try:
        return hydra.utils.instantiate(config, _convert_="all", **arguments)
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, ValueError | OSError):
            raise cause from None
        raise ValueError(first_line(cause or error)) from error
