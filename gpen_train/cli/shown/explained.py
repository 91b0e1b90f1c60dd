"""--explain: what a setting or a group does, and what it may be."""

import argparse
import re
import textwrap
from collections.abc import Iterable
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train import bounds
from gpen_train.cli.parsers.own import given
from gpen_train.cli.settings.catalogue import BOUNDS, CHOICES, DEFAULT, OF, TYPE, Node, find, settings
from gpen_train.cli.settings.composing import Composed, compose_as
from gpen_train.cli.settings.configs import choices_of, groups_of, title_of_choice
from gpen_train.cli.settings.refusals import no_setting
from gpen_train.cli.settings.typed import typed
from gpen_train.cli.shown.composed import in_yaml
from gpen_train.words import decimal

TYPES = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
TYPES |= {"null": "null", "array": "a list", "object": "names and values"}
WIDTH = 100


def run(options: argparse.Namespace) -> int:
    """Print it; returns 0. ValueError, with the nearest names, for one that there is not."""
    name, setting = options.settings, options.about
    composed = compose_as(typed(name), name, given(options), needs_all=False, with_origins=True)
    node = find(name, setting)
    value = value_of(composed, setting)
    if node is None and value is None and setting not in groups_of(name):
        known = [*groups_of(name), *(other for other, _ in settings(name))]
        raise ValueError(no_setting(setting, known))
    print(setting)
    print(*rows_of(setting, node or {}, value, composed), sep="\n")
    return 0


def value_of(composed: Composed, setting: str) -> Any:
    """The value here: plain, or a DictConfig; None where it has none, "???" where it has to be given."""
    try:
        if "." in setting and OmegaConf.select(composed.config, setting.rpartition(".")[0]) is None:
            return None
        value = OmegaConf.select(composed.config, setting, throw_on_missing=False)
    except (OmegaConfBaseException, AttributeError, KeyError):
        return None
    return value


def rows_of(setting: str, node: Node, value: Any, composed: Composed) -> Iterable[str]:
    """The lines below the name."""
    if said := node.get("description"):
        yield row("what", said)
    if setting in composed.choices or choices_of(setting):
        chosen = composed.choices.get(setting)
        origin = composed.origins.of_choice(setting) if composed.origins else ""
        yield row("here", f"{chosen} ({origin})")
        yield "  choices"
        yield from table({choice: title_of_choice(setting, choice) for choice in choices_of(setting)})
    inner = {key: found for key, found in node.get("properties", {}).items() if not key.startswith("_")}
    if inner:
        yield "  settings"
        yield from table({f"{setting}.{key}": short(found) for key, found in inner.items()})
    elif not isinstance(value, DictConfig):
        yield from rows_of_value(setting, node, value, composed)


def rows_of_value(setting: str, node: Node, value: Any, composed: Composed) -> Iterable[str]:
    """Of a setting that holds one value."""
    if kind := type_of(node):
        yield row("type", kind)
    if limits := bounds_of(node):
        yield row("bounds", limits)
    if CHOICES in node:
        yield row("choices", ", ".join(node[CHOICES]))
    if OF in node:
        yield row("goes with", ", ".join(f"{setting.partition('.')[0]}={choice}" for choice in node[OF]))
    group, key = parent_of(composed, setting)
    if isinstance(group, DictConfig) and key in group and composed.origins:
        shown = "has to be given" if OmegaConf.is_missing(group, key) else in_yaml(plain(value))
        yield row("here", f"{shown} ({composed.origins.of(setting)})")
    elif "default" in node:
        yield row("default", in_yaml(node["default"]))


def parent_of(composed: Composed, setting: str) -> tuple[Any, str]:
    """The group that a setting stands in, and its name there."""
    name, _, key = setting.rpartition(".")
    return (OmegaConf.select(composed.config, name) if name else composed.config), key


def plain(value: Any) -> Any:
    """Lists and groups as Python has them."""
    return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value


def type_of(node: Node) -> str:
    """In words; "" where any value will do."""
    names = node.get(TYPE) or node.get("type")
    if names is None:
        names = next((one["type"] for one in node.get("anyOf", ()) if "type" in one), None)
    names = [names] if isinstance(names, str) else names or ()
    return " or ".join(TYPES[name] for name in names)


def bounds_of(node: Node) -> str:
    """In words; "" where there are none."""
    if BOUNDS not in node:
        return ""
    found = bounds.Bounds(*node[BOUNDS])
    ends = " (both left out)" if found.is_open else ""
    words = f", or {', '.join(found.words)}" if found.words else ""
    return f"{decimal(found.least)} to {decimal(found.most)}{ends}{words}: {found.give}"


def short(node: Node) -> str:
    """What it does, in brackets its default."""
    given = [in_yaml(node[key]) for key in ("default", DEFAULT) if key in node]
    shown = f" [{given[0]}]" if given else ""
    return re.sub(r"^\[(\w+)\]", r"\1", node.get("description", "")) + shown


def row(name: str, said: str) -> str:
    """A name, and what is said, in lines that a terminal has room for."""
    return "\n".join(textwrap.wrap(said, WIDTH, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12))


def table(rows: dict[str, str]) -> Iterable[str]:
    """Names, and what is said of each."""
    width = max(map(len, rows), default=0)
    return (f"    {name:<{width}}  {said}".rstrip() for name, said in rows.items())
