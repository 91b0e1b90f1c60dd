"""Makes the JSON schemas of configs/ from the dataclasses, the bounds, and the files with their comments.

Editors read them (JSON Schema, draft 2020-12); gpen itself reads them back through catalogue.py.
"""

import inspect
import re
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING as NONE
from dataclasses import Field, fields, is_dataclass
from importlib import import_module
from typing import Any

import yaml
from omegaconf import MISSING

from gpen_train.bounds import CHOICES as FIELD_CHOICES
from gpen_train.bounds import KEY, Bounds
from gpen_train.cli.settings import schema
from gpen_train.cli.settings.catalogue import (
    ANY,
    BOUNDS,
    CHOICES,
    DEFAULT,
    OF,
    TYPE,
    VERSION,
    VERSION_KEY,
    Node,
)
from gpen_train.cli.settings.configs import choices_of, configs_folder, groups_of
from gpen_train.cli.settings.limits import CHOICES_OF_GROUPS, OF_GROUPS
from gpen_train.cli.settings.titles import title_of
from gpen_train.cli.settings.yaml_lines import lines_of
from gpen_train.degradations.stages import STAGES
from gpen_train.dotted import dotted
from gpen_train.losses.block import LossBlock

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FULL = {"losses": "gpen", "optimizer": "paper"}  # of groups with a dataclass, the file that has every setting
NAMES = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}
# What is built with arguments that no file gives.
NOT_FOR_FILES = {"self", "resolution", "task", "images", "chain"}
# In these any name will do: what they are handed to knows its own.
OPEN = (
    "trainer",
    "logger.wandb",
    "logger.mlflow",
    "logger.comet",
    "degradation.stages",
    "degradation.shared",
    "degradation.sets",
)


def describe(name: str) -> Node:
    """The JSON schema of configs/NAME.yaml: all that a run's settings, or a file of the user's, may hold."""
    text = (configs_folder() / f"{name}.yaml").read_text("utf-8")
    comments = {setting: line.comment for setting, line in lines_of(text).items()}
    groups = groups_of(name)
    found = _of_dataclass(schema.OF[name], "", comments)
    for group in groups:
        if group in found["properties"]:
            choices = {"description": f"one of configs/{group}: {', '.join(choices_of(group))}"}
            node = found["properties"][group]
            if node.get(ANY):
                node |= _of_files(group) | choices
            else:
                node |= choices
    written = yaml.safe_load(text)
    written.pop("defaults")
    for setting, value in dotted(written).items():
        node = found
        for part in setting.split("."):  # what a group's files lack, as data.degraded, is added
            node = node["properties"].setdefault(part, {"description": comments[setting]})
        if "${" not in str(value):
            node["default"] = value
    head = {
        "$schema": DIALECT,
        "$id": f"gpen_train/{name}/{VERSION}",
        "title": f"Settings of gpen {name}",
        "description": title_of(text),
    }
    own = {
        VERSION_KEY: {
            "const": VERSION,
            "description": "the version of these names that the file is for",
        },
        "defaults": _defaults(groups),
    }
    return {**head, **found, "properties": own | found["properties"]}


def _defaults(groups: Iterable[str]) -> Node:
    """The list of choices that a file starts from."""
    chosen: Node = {}
    for group in groups:
        chosen |= {key: {"enum": choices_of(group)} for key in (group, f"override /{group}")}
    words = {"type": "string", "description": "an experiment, a .yaml file beside this one, or _self_"}
    choice = {"type": "object", "properties": chosen, "additionalProperties": False, "maxProperties": 1}
    return {"type": "array", "items": {"anyOf": [words, choice]}, "description": "what the file starts from"}


def _of_dataclass(kind: Any, prefix: str, comments: Mapping[str, str]) -> Node:
    hints, properties = typing.get_type_hints(kind), {}
    for own in fields(kind):
        name, hint = f"{prefix}{own.name}", hints[own.name]
        if own.name in FULL and not prefix:
            inner = (configs_folder() / own.name / f"{FULL[own.name]}.yaml").read_text("utf-8")
            of_file = {setting: line.comment for setting, line in lines_of(inner).items()}
            comments = {**comments, **{f"{name}.{setting}": said for setting, said in of_file.items()}}
        if is_dataclass(hint):
            properties[own.name] = _of_dataclass(hint, f"{name}.", comments)
            properties[own.name]["description"] = comments.get(name) or _said_of(hint)
        elif hint is Any:
            properties[own.name] = {ANY: True, "description": comments.get(name, "")}
        else:
            properties[own.name] = {"description": comments.get(name, ""), **_of_field(own, hint)}
        if own.default is not NONE and own.default != MISSING:
            properties[own.name][DEFAULT] = own.default
        elif own.default_factory is not NONE and not is_dataclass(hint):
            properties[own.name][DEFAULT] = own.default_factory()
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _said_of(kind: Any) -> str:
    """Of a loss what its file says first, else what the class does."""
    said = sys.modules[kind.__module__] if issubclass(kind, LossBlock) else kind
    return (inspect.getdoc(said) or "").splitlines()[0]


def _of_field(own: Field, hint: Any) -> Node:
    parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    names = [_type_name(part) for part in parts]
    node: Node = {TYPE: names}
    bounds, choices = own.metadata.get(KEY), own.metadata.get(FIELD_CHOICES)
    if choices:
        return node | _of_choices(choices, may_be_null="null" in names)
    if "object" in names:
        node["additionalProperties"] = _of_bounds(bounds, []) if bounds else True
        return {**node, "type": names, **({BOUNDS: list(bounds)} if bounds else {})}
    if bounds and "array" in names:
        return {**node, "type": names, "items": _of_bounds(bounds, []), BOUNDS: list(bounds)}
    if bounds:
        return node | _of_bounds(bounds, ["null"] if "null" in names else [])
    items = {"items": {"type": "string"}} if "array" in names else {}
    return {**node, "type": names, **items}


def _type_name(hint: Any) -> str:
    origin = typing.get_origin(hint)
    return {list: "array", dict: "object"}[origin] if origin else NAMES[hint]


def _of_choices(choices: Iterable[str], may_be_null: bool) -> Node:
    """Words; one that reads as a number may be written as one."""
    words: list[Any] = list(choices)
    numbers = [int(word) for word in words if word.isdecimal()]
    return {CHOICES: list(choices), "enum": [*words, *numbers, *([None] if may_be_null else [])]}


def _of_bounds(bounds: Bounds, more: list[str]) -> Node:
    """A number's, or one of the words that may stand for it."""
    ends = ("exclusiveMinimum", "exclusiveMaximum") if bounds.is_open else ("minimum", "maximum")
    number: Node = {"type": ["integer" if bounds.is_whole else "number", *more]}
    number |= dict(zip(ends, (bounds.least, bounds.most), strict=True))
    node: Node = {"anyOf": [{"enum": list(bounds.words)}, number]} if bounds.words else number
    return {**node, BOUNDS: list(bounds)}


def _of_files(group: str) -> Node:
    """A group without a dataclass: what its files hold, and what is built of them takes."""
    files = {}
    for choice in choices_of(group):
        text = (configs_folder() / group / f"{choice}.yaml").read_text("utf-8")
        values = yaml.safe_load(text)
        parents = values.pop("defaults", [])
        files[choice] = (values, {setting: line.comment for setting, line in lines_of(text).items()}, parents)
    found: Node = {ANY: True, "type": "object", "additionalProperties": group in OPEN, "properties": {}}
    having: dict[str, set[str]] = {}
    for choice, (values, comments, _) in files.items():
        _add(found, values, group, comments, having, choice)
    of_all = {choice for choice, (_, _, parents) in files.items() if not parents}
    _mark(found, group, having, of_all)
    return found


def _add(
    node: Node, values: Mapping[str, Any], prefix: str, comments: Mapping[str, str], having: dict, choice: str
) -> None:
    """Put a file's settings into the node, and which of the files have or take each."""
    arguments = _arguments(values.get("_target_"))
    for key in [*values, *(key for key in arguments if key not in values)]:
        name = f"{prefix}.{key}"
        having.setdefault(name, set()).add(choice)
        inner = node["properties"].setdefault(key, {"description": "", **_of_setting(name)})
        of_code, default = arguments.get(key, ("", None))
        inner["description"] = inner["description"] or comments.get(name.partition(".")[2]) or of_code
        if key in arguments and key not in values:
            inner.setdefault("default", default)
        value = values.get(key)
        if isinstance(value, dict) and (prefix == "model" or name in OPEN):
            inner.setdefault("properties", {})
            inner |= {"type": ["object", "null"], "additionalProperties": name in OPEN}
            if name in ("degradation.stages", "degradation.shared"):
                inner["properties"] = _of_stages()
            elif prefix == "model":
                _add(inner, value, name, comments, having, choice)


def _arguments(target: str | None) -> dict[str, tuple[str, Any]]:
    """What may be given to what the setting ``_target_`` names: its comment, and its default."""
    if not target:
        return {}
    module, _, name = target.rpartition(".")
    built = getattr(import_module(module), name)
    source = inspect.getsource(built.__init__ if inspect.isclass(built) else built)
    comments = dict(re.findall(r"^\s+(\w+): [^#\n]*#\s*(.+)$", source, re.MULTILINE))
    return {
        own.name: (comments.get(own.name, ""), None if own.default is own.empty else own.default)
        for own in inspect.signature(built).parameters.values()
        if own.kind is not own.VAR_KEYWORD and (own.name not in NOT_FOR_FILES or "model" in target)
    }


def _of_setting(name: str) -> Node:
    """What is known of a setting of such a group: its bounds, or its choices."""
    if name in CHOICES_OF_GROUPS:
        return _of_choices(CHOICES_OF_GROUPS[name], may_be_null=True)
    if name in OF_GROUPS and f"{name}[]" not in OF_GROUPS:
        return _of_bounds(OF_GROUPS[name], ["null"])
    return {}


def _of_stages() -> Node:
    return {
        stage: {
            "type": ["object", "null"],
            "description": (inspect.getdoc(kind) or "").splitlines()[0],
        }
        for stage, kind in STAGES.items()
    }


def _mark(node: Node, prefix: str, having: Mapping[str, set[str]], of_all: set[str]) -> None:
    """Say of each setting which files have it, where some have not."""
    for key, inner in node["properties"].items():
        name = f"{prefix}.{key}"
        if name in having and not of_all <= having[name]:
            inner[OF] = sorted(having[name])
        if "properties" in inner and name not in OPEN:
            _mark(inner, name, having, of_all)
