"""The page of settings: the files of configs/, their comments, and the bounds of the schemas."""

from pathlib import Path
from typing import NamedTuple

import yaml

from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.numbers import find_bounds
from gpen_train.cli.settings.schema import OF
from site_pages.tables import code, table

HEAD = """# Settings

Made from the files of `configs/`, whose comments say what each setting does, and from the bounds that the
code holds them to. All are given to `gpen train` and `gpen evaluate` as `NAME=VALUE`. A group's file is
chosen by its name (`model=v2_256`), and single values of it beside that (`losses.r1.weight=2`).

"""
TABLED = {  # a group -> the file that has all of its settings
    "data": "folder",
    "degradation": "gpen",
    "losses": "gpen",
    "optimizer": "paper",
    "trainer": "auto",
    "logger": "csv",
    "model": "v2_512",
    "task": "inpainting",
}


class Row(NamedTuple):
    """A line of a YAML file."""

    name: str  # dotted
    value: str  # as written; "" for a group
    comment: str


def page() -> str:
    """The page, in Markdown."""
    folder = configs_folder()
    parts = [HEAD, "## gpen train\n\n", of_file(folder / "train.yaml", "train")]
    groups = sorted(path for path in folder.iterdir() if path.is_dir())
    parts += ["\n## gpen evaluate\n\n", of_file(folder / "evaluate.yaml", "evaluate")]
    parts += [section(group) for group in groups]
    return "".join(parts)


def section(group: Path) -> str:
    """A group: a line for each of its files, a table of its settings, and the files as they are."""
    files = sorted(group.glob("*.yaml"))
    lines = [f"\n## {group.name}=\n"]
    lines += [table(("choice", "is"), ((code(f"{group.name}={f.stem}"), title(f)) for f in files))]
    if group.name in TABLED:
        file = group / f"{TABLED[group.name]}.yaml"
        lines += [f"Of `{group.name}={file.stem}`:\n", of_file(file, "train", f"{group.name}.")]
    lines += [f'??? note "configs/{group.name}/{file.name}"\n{indented(file)}' for file in files]
    return "\n".join(lines)


def title(file: Path) -> str:
    """The comment that the file starts with."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("# @")]
    head: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# "))
    return " ".join(head)


def indented(file: Path) -> str:
    """The file as a block of code within a folded note."""
    text = f"```yaml\n{file.read_text().rstrip()}\n```"
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def of_file(file: Path, name: str, prefix: str = "") -> str:
    """A table of what stands in a file: default, what is taken, what it does."""
    shown = (
        (code(prefix + row.name), code(row.value), takes(name, prefix + row.name), row.comment)
        for row in rows(file.read_text())
        if row.value or row.comment
    )
    return table(("setting", "default", "takes", "does"), shown)


def takes(name: str, setting: str) -> str:
    """What a number may be; nothing for what has no bounds."""
    bounds = find_bounds(OF[name], setting)
    return bounds.give if bounds else ""


def rows(text: str) -> list[Row]:
    """A row a line that has a name; lines of comment below one go on with its comment."""
    lines = text.splitlines()
    found: dict[int, Row] = {}
    _walk(yaml.compose(text), "", lines, found)
    for number, line in enumerate(lines):
        if line.strip().startswith("#") and number - 1 in found:
            before = found.pop(number - 1)
            found[number] = before._replace(comment=f"{before.comment} {line.strip('# ')}")
    return list(found.values())


def _walk(node: yaml.Node, prefix: str, lines: list[str], found: dict[int, Row]) -> None:
    for key, value in node.value:
        name, line = f"{prefix}{key.value}", key.start_mark.line
        if name == "defaults" or key.value == "_target_":
            continue
        is_group = isinstance(value, yaml.MappingNode) and value.start_mark.line > line
        if is_group:
            rest = lines[line][key.end_mark.column + 1 :]
            found[line] = Row(name, "", _comment(rest))
            _walk(value, f"{name}.", lines, found)
        elif value.start_mark.line == line:
            shown = lines[line][value.start_mark.column : value.end_mark.column]
            shown = shown if value.end_mark.line == line else lines[line][value.start_mark.column :]
            found[line] = Row(name, shown.partition(" #")[0].strip(), _comment(lines[line]))


def _comment(line: str) -> str:
    return line.partition(" #")[2].strip()
