"""--print: all settings as they are composed, and where each value comes from."""

import argparse
from collections.abc import Iterator
from typing import Any

import yaml
from omegaconf import OmegaConf

from gpen_train.cli.parsers.own import given
from gpen_train.cli.settings.composing import Composed, compose_as
from gpen_train.cli.settings.typed import typed

WIDEST = 60  # characters up to where the comments begin


def run(options: argparse.Namespace) -> int:
    """Print them as a file that --config takes; returns 0. ValueError as composing raises it."""
    name = options.settings
    composed = compose_as(typed(name), name, given(options), needs_all=False, with_origins=True)
    rows = [*choices_of_file(composed), *settings(composed)]
    width = min(max((len(text) for text, said in rows if said), default=0), WIDEST)
    print(f"# gpen {name}: a value, and where it comes from. As FILE: gpen {name} --config FILE")
    print(*(f"{text:<{width}}  # {said}" if said else text for text, said in rows), sep="\n")
    return 0


def choices_of_file(composed: Composed) -> Iterator[tuple[str, str]]:
    """(line, comment) of the choices that the file starts from."""
    yield "defaults:", ""
    for group, choice in composed.choices.items():
        if choice is not None:
            yield f"  - {group}: {choice}", composed.origins.of_choice(group) if composed.origins else ""


def settings(composed: Composed) -> Iterator[tuple[str, str]]:
    """(line, comment) of every setting, groups without a comment."""
    origins = composed.origins
    assert origins is not None
    container = OmegaConf.to_container(composed.config)

    def walk(values: dict[str, Any], prefix: str, indent: str) -> Iterator[tuple[str, str]]:
        for key, value in values.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict) and value:
                yield f"{indent}{key}:", ""
                yield from walk(value, f"{name}.", f"{indent}  ")
            elif value == "???":
                yield f"{indent}{key}: {value}", f"has to be given; {origins.of(name)}"
            else:
                yield f"{indent}{key}: {in_yaml(value)}", origins.of(name)

    yield from walk(container, "", "")  # type: ignore[arg-type]


def in_yaml(value: Any) -> str:
    """A value in one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True)
    return text.removesuffix("...\n").strip()
