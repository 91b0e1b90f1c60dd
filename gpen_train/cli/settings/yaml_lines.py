"""Where each setting of a YAML file stands, and the comment that says what it does."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml


class Line(NamedTuple):
    """Of a setting."""

    number: int  # from 1
    comment: str  # behind its value, and in the lines below that hold nothing else; "" where there is none


def lines_of(text: str) -> dict[str, Line]:
    """{dotted name: its line}, groups too; places in lists are ``data.parts[0]``. The text must be YAML."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return dict(_walk(root, "", text.splitlines())) if root else {}


def _walk(node: yaml.Node, prefix: str, lines: list[str]) -> Iterator[tuple[str, Line]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            yield name, Line(key.start_mark.line + 1, _comment(key, value, lines))
            yield from _walk(value, name, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield f"{prefix}[{place}]", Line(value.start_mark.line + 1, "")
            yield from _walk(value, f"{prefix}[{place}]", lines)


def _comment(key: yaml.Node, value: yaml.Node, lines: list[str]) -> str:
    is_block = isinstance(value, yaml.CollectionNode) and not value.flow_style
    mark = key.end_mark if is_block else value.end_mark
    if mark.line >= len(lines):
        return ""
    found = re.fullmatch(r"[:,}\]\s]*#\s*(.*?)\s*", lines[mark.line][mark.column :])
    if not found:
        return ""
    words = [found[1]]
    for line in lines[mark.line + 1 :]:
        more = re.fullmatch(r"\s*#\s*(.*?)\s*", line)
        if not more:
            break
        words.append(more[1])
    return " ".join(words)
