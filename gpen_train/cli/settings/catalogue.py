"""All settings, with their types, bounds and comments, as configs/*.schema.json has them.

What the files hold is made from the dataclasses of schema.py and the comments of configs/, by
scripts/schemas.py, and a test holds both equal: so they can be asked about without importing torch.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gpen_train.cli.settings.configs import configs_folder

VERSION = 1  # grows when a setting is renamed or taken away
VERSION_KEY = "schema_version"  # of a file of settings, which may say for which version it was written
BOUNDS = "x-bounds"  # bounds.Bounds, as a list
TYPE = "x-type"  # names of JSON's types
ANY = "x-any"  # true: a group without a dataclass, checked by what it builds
CHOICES = "x-choices"  # words
OF = "x-of"  # the files of its group that have the setting, where some have not
DEFAULT = "x-default"  # of the dataclass; where it has none, there is none

Node = dict[str, Any]


@cache
def catalogue(name: str) -> Node:
    """The JSON schema of configs/NAME.yaml."""
    return json.loads(schema_file(name).read_text("utf-8"))


def schema_file(name: str) -> Any:
    """Where it lies."""
    return configs_folder() / f"{name}.schema.json"


def find(name: str, setting: str) -> Node | None:
    """What is known of a setting or a group; None where there is none of the name, or nothing is known."""
    node = catalogue(name)
    for part in re.sub(r"\[\d*\]", "", setting).split("."):
        node = node.get("properties", {}).get(part)
        if node is None:
            return None
    return node


def is_known(name: str, setting: str, choices: Mapping[str, str | None]) -> bool:
    """Whether it is there where these files are chosen, or stands in a group that takes any name."""
    node, group = catalogue(name), setting.partition(".")[0]
    for part in setting.split("."):
        inner = node.get("properties", {}).get(part)
        if inner is None:
            return bool(node.get("additionalProperties", True))
        if OF in inner and choices.get(group) not in inner[OF]:
            return False
        node = inner
    return True


def settings(name: str) -> Iterator[tuple[str, Node]]:
    """(dotted name, what is known) of every setting and group, a group before what is in it."""

    def walk(node: Node, prefix: str) -> Iterator[tuple[str, Node]]:
        for key, inner in node.get("properties", {}).items():
            if key not in ("defaults", VERSION_KEY):
                yield f"{prefix}{key}", inner
                yield from walk(inner, f"{prefix}{key}.")

    yield from walk(catalogue(name), "")
