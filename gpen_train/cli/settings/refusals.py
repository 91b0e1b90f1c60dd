"""What is said of settings that cannot be: one line in our words, and what to type."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError

from gpen_train.cli.settings.configs import choices_of, groups_of
from gpen_train.cli.settings.numbers import find_bounds
from gpen_train.cli.settings.presets import names_of, preset
from gpen_train.cli.settings.renamed import new_name
from gpen_train.near import near_names, nearest
from gpen_train.quote import first_line

RATES = "the learning rates are optimizer.encoder, optimizer.generator and optimizer.discriminator"
PROGRESS = "a run's length is images=N, the images seen"
ALSO_CALLED = {  # by the last part of a name, as other programs have it
    **dict.fromkeys(("lr", "learning_rate", "rate", "g_lr", "d_lr"), RATES),
    **dict.fromkeys(("epochs", "epoch", "steps", "max_steps", "iterations", "iter", "total_iter"), PROGRESS),
    **dict.fromkeys(("gpus", "num_gpus"), "give trainer.devices=N"),
    **dict.fromkeys(("workers", "num_worker"), "give data.num_workers=N"),
    **dict.fromkeys(("batch", "bs"), "give data.batch_size=N"),
    **dict.fromkeys(("dataset", "dataroot", "data_dir"), "give data.root=DIR"),
    **dict.fromkeys(("config", "recipe", "preset"), "a recipe is chosen with experiment=NAME"),
}


def parse(override: str) -> Override:
    """One NAME=VALUE. Raises ValueError where it cannot be read, or holds several values."""
    name, equals, value = override.partition("=")
    if not name.strip("+~ ") or (not equals and not name.startswith("~")):
        raise ValueError(
            f"{override!r} is no setting; give NAME=VALUE without spaces around =, as experiment=quickstart"
        )
    plain = f"{name.strip()}={value.strip()}"
    if equals and override != plain:
        raise ValueError(f"{override!r} has spaces around =; give it without: {plain}")
    try:
        parsed = OverridesParser.create().parse_override(override)
    except HydraException:
        parsed = None
    if parsed is None or parsed.is_sweep_override():
        quoted = value.strip("'\"").replace('"', "")
        raise ValueError(
            f"{override} cannot be read; quotes go around a value with =, a comma or a bracket: "
            f"'{name}=\"{quoted}\"'"
        )
    return parsed


def check_groups(given: Iterable[str], name: str) -> None:
    """Raise ValueError for a group of files among ``given`` that configs/NAME.yaml does not choose in."""
    own = groups_of(name)
    for group in given:
        if choices_of(group) and group not in own:
            raise ValueError(f"gpen {name} has no {group}=; what it chooses is {', '.join(own)}")


def is_choice(override: str) -> bool:
    """Whether it chooses a file of a group that is there."""
    group, _, choice = override.partition("=")
    return choice in choices_of(group)


def explain(error: Exception, schema: type, overrides: list[str], known: Iterable[str]) -> str:
    """One line for what Hydra or OmegaConf refuses: what was found, what would be valid."""
    given = dict(override.lstrip("+~").partition("=")[::2] for override in overrides)
    causes = (error.__cause__, error.__context__ if isinstance(error, HydraException) else None, error)
    cause = next((one for one in causes if getattr(one, "full_key", None)), error)
    setting = getattr(cause, "full_key", None)  # that of a file of the user's own too
    if line := new_name({str(setting): "", **given}):
        return line
    for group, choice in given.items():
        if choices_of(group) and choice not in (*choices_of(group), "null"):
            return f"{group}={choice} does not exist; {nearest(choice, choices_of(group))}"
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = error.missing_cfg_file.rpartition("/")
        return f"{group}={choice} does not exist; {nearest(choice, error.options or choices_of(group))}"
    known, line = list(known), first_line(error)
    unknown = re.search(r"Key '([^']+)' (?:is )?not in", f"{error}\n{error.__cause__}")
    for name in given:
        if name not in known and ((unknown and name.split(".")[-1] == unknown[1]) or f"'{name}'" in line):
            return no_setting(name, known)
    if isinstance(error, InterpolationKeyError):
        name = next((name for name, value in given.items() if "${" in value), error.full_key)
        return f"{name} refers to a setting that is not there; a path with ${{ in it needs another name"
    twice = re.match(r"Multiple values for (\S+?)\.|Could not append .* already at '(\S+)'", line)
    if twice:
        name = twice[1] or twice[2]
        return f"{name} is a setting already; leave out the +: {name}={given.get(name, 'NAME')}"
    return _wrong_type(cause, schema, setting) if setting else line


def _wrong_type(error: Any, schema: type, name: str) -> str:
    """Of a value that a typed setting cannot hold."""
    bounds, value, wanted = find_bounds(schema, name), getattr(error, "value", None), _type_of(schema, name)
    if bounds:
        return bounds.refusal(name, value)
    if is_dataclass(wanted):
        first = f"{name}.{fields(wanted)[0].name}={value if isinstance(value, int | float) else '..'}"
        return f"{name} is {value}; it is a group of settings, which are given one by one: {first}"
    shown = "null" if value is None else value
    if wanted is bool:
        return f"{name} is {shown!r}; give true or false"
    return f"{name} is {shown}; give one word or path ({name}=..)"


def _type_of(schema: Any, name: str) -> Any:
    for part in name.split("."):
        found = {own.name: own.type for own in fields(schema)} if is_dataclass(schema) else {}
        schema = found.get(part)
    return schema


def no_setting(name: str, known: Iterable[str]) -> str:
    """The line for a name that is none: the nearest ones, or where they all are."""
    if line := new_name({name: ""}):
        return line
    known = sorted(other for other in known if other != name and not other.startswith(f"{name}."))
    group, _, rest = name.partition(".")
    others = [f"{group}={choice}" for choice in choices_of(group) if rest in names_of(preset(group, choice))]
    if others:
        return f"there is no setting {name} here; it goes with {' or '.join(others[:6])}"
    also = ALSO_CALLED.get(name.split(".")[-1].lower())
    if also:
        return f"there is no setting {name}; {also}"
    last = [other for other in known if other.split(".")[-1] == name.split(".")[-1]]
    if len(last) > 4:
        last = []
    near = list(dict.fromkeys((*last, *near_names(name, known))))[:4]
    return f"there is no setting {name}; " + (
        f"did you mean {' or '.join(near)}?" if near else "configs/train.yaml and evaluate.yaml have them all"
    )


def check_names(config: DictConfig, schema: type, known: Iterable[str], prefix: str = "") -> None:
    """Raise ValueError for a setting that the schema does not have, as + adds it, or that ~ took away."""
    own = {each.name: each.type for each in fields(schema)}
    for name in config:
        if name not in own:
            raise ValueError(no_setting(f"{prefix}{name}", known))
    for name, inner in own.items():
        if name not in config:
            raise ValueError(f"{prefix}{name} is taken away; leave out ~{prefix}{name}")
        if isinstance(inner, type) and is_dataclass(inner) and not OmegaConf.is_missing(config, name):
            check_names(config[name], inner, known, f"{prefix}{name}.")
