"""Where each setting of a YAML file stands, its value as written, and the comment that says what it does."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml


class Line(NamedTuple):
    """Of a setting."""

    number: int  # from 1
    comment: str  # behind its value, and in the lines below that hold nothing else; "" where there is none
    value: str  # as written; "" of a group whose settings have lines of their own


def lines_of(text: str) -> dict[str, Line]:
    """{dotted name: its line}, groups too; places in lists are ``data.parts[0]``. The text must be YAML."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return dict(_walk(root, "", text, text.splitlines())) if root else {}


def _walk(node: yaml.Node, prefix: str, text: str, lines: list[str]) -> Iterator[tuple[str, Line]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            yield name, Line(key.start_mark.line + 1, _comment(key, value, lines), _written(value, text))
            yield from _walk(value, name, text, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield f"{prefix}[{place}]", Line(value.start_mark.line + 1, "", _written(value, text))
            yield from _walk(value, f"{prefix}[{place}]", text, lines)


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _written(value: yaml.Node, text: str) -> str:
    return "" if _is_block(value) else text[value.start_mark.index : value.end_mark.index]


def _comment(key: yaml.Node, value: yaml.Node, lines: list[str]) -> str:
    mark = key.end_mark if _is_block(value) else value.end_mark
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
