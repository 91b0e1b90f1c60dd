"""The page of settings: the files of configs/, their comments, and the bounds of the schemas."""

from pathlib import Path
from typing import NamedTuple

from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.numbers import find_bounds
from gpen_train.cli.settings.schema import OF
from gpen_train.cli.settings.titles import comment_of
from gpen_train.cli.settings.yaml_lines import lines_of
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
    """Of a table."""

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
    said = ((code(f"{group.name}={file.stem}"), " ".join(comment_of(file.read_text()))) for file in files)
    lines += [table(("choice", "is"), said)]
    if group.name in TABLED:
        file = group / f"{TABLED[group.name]}.yaml"
        lines += [f"Of `{group.name}={file.stem}`:\n", of_file(file, "train", f"{group.name}.")]
    lines += [f'??? note "configs/{group.name}/{file.name}"\n{indented(file)}' for file in files]
    return "\n".join(lines)


def indented(file: Path) -> str:
    """The file as a block of code within a folded note."""
    text = f"```yaml\n{file.read_text().rstrip()}\n```"
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def of_file(file: Path, name: str, prefix: str = "") -> str:
    """A table of what stands in a file: default, what is taken, what it does."""
    shown = (
        (code(prefix + row.name), code(breakable(row.value)), takes(name, prefix + row.name), row.comment)
        for row in rows(file.read_text())
        if row.value or row.comment
    )
    return table(("setting", "default", "takes", "does"), shown)


def breakable(value: str) -> str:
    """An interpolation with places at which it may go on in the next line: no table is wider for it."""
    return value.replace(".", ".\N{ZERO WIDTH SPACE}") if "${" in value else value


def takes(name: str, setting: str) -> str:
    """What a number may be; nothing for what has no bounds."""
    bounds = find_bounds(OF[name], setting)
    return bounds.give if bounds else ""


def rows(text: str) -> list[Row]:
    """A row a setting, in the file's order, groups too; what Hydra alone reads is left out."""
    found = lines_of(text)
    written = [name for name, line in found.items() if line.value]  # what is in these needs no row
    return [
        Row(name, line.value, line.comment)
        for name, line in found.items()
        if not name.startswith("defaults")
        and not name.endswith("_target_")
        and not any(name.startswith((f"{whole}.", f"{whole}[")) for whole in written)
    ]
