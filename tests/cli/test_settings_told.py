"""Every setting stands in a YAML file of configs/, with a comment that says what it does."""

from dataclasses import fields, is_dataclass

import pytest
import yaml

from gpen_train.cli.settings import schema
from gpen_train.cli.settings.configs import configs_folder

IN_FILES = {"losses": "losses/gpen", "optimizer": "optimizer/paper"}  # of groups with a schema


def settings_of(typed, prefix=""):
    for own in fields(typed):
        if is_dataclass(own.type):
            yield from settings_of(own.type, f"{prefix}{own.name}.")
        else:
            yield f"{prefix}{own.name}"


def lines_of(path):
    """{dotted name: the line that it stands in}."""
    text = path.read_text()
    lines, found = text.splitlines(), {}

    def walk(node, prefix):
        for key, value in node.value:
            found[f"{prefix}{key.value}"] = lines[key.start_mark.line]
            if isinstance(value, yaml.MappingNode):
                walk(value, f"{prefix}{key.value}.")

    walk(yaml.compose(text), "")
    return found


CASES = [(top, name) for top, typed in schema.OF.items() for name in settings_of(typed)]


@pytest.mark.parametrize(("top", "name"), CASES)
def test_a_setting_is_told(top, name):
    group, _, rest = name.partition(".")
    if group in IN_FILES:
        told = lines_of(configs_folder() / f"{IN_FILES[group]}.yaml")[rest]
    elif rest or not (configs_folder() / group).is_dir():
        told = lines_of(configs_folder() / f"{top}.yaml")[name]
    else:  # a group without a schema: its files say what they are
        for path in (configs_folder() / group).glob("*.yaml"):
            text = path.read_text()
            assert text.startswith("#"), path
        return
    assert "#" in told, told
