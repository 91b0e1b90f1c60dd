"""gpen inspect: what a checkpoint is, without running anything in it."""

import argparse
from collections.abc import Mapping
from typing import Any

from gpen_train.checkpoints.describe import Description, describe
from gpen_train.cli.checkpoint import said
from gpen_train.cli.shown.preset import preset_of
from gpen_train.dotted import dotted


def run(options: argparse.Namespace) -> int:
    """Print the description; returns 0."""
    print(report(options.file, describe(said(options.file))))
    return 0


def report(name: str, found: Description) -> str:
    """The description as aligned text: the facts, the parameters by part, the args."""
    facts = found.facts
    preset = preset_of(facts.args.get("model") or facts.shown)
    rows = {
        "file": f"{name}  ({found.num_bytes / 1e6:,.2f} MB)",
        "layout": found.layout,
        **({"wrapped in": ", ".join(found.around)} if found.around else {}),
        "family": facts.family,
        "version": facts.version,
        "resolution": resolutions(facts.input_resolution, facts.output_resolution),
        "dtype": ", ".join(found.dtypes) or "no weights",
        **({"train it with": f"model={preset}"} if preset else {}),
        **({"not read": "; ".join(facts.problems)} if facts.problems else {}),
    }
    counts = {**facts.parameters, "total": sum(facts.parameters.values())}
    width = max(len(f"{count:,}") for count in counts.values())
    parameters = {part: f"{count:>{width},}" for part, count in counts.items()}
    sections = {"": rows, "parameters": parameters, "args": _texts(facts.args)}
    sections["model, as its shapes say"] = _texts(facts.shown)
    return "\n\n".join(section(title, rows) for title, rows in sections.items() if rows)


def resolutions(input_resolution: int | None, output_resolution: int | None) -> str:
    """`input 512 px, output 2048 px`, with what is known."""
    sides = {"input": input_resolution, "output": output_resolution}
    return ", ".join(f"{name} {side} px" for name, side in sides.items() if side is not None) or "unknown"


def _texts(values: Mapping[Any, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in dotted(values).items()}


def section(title: str, rows: Mapping[str, str]) -> str:
    """Rows of a name and a value, the values in one column, below a title if there is one."""
    indent = "  " if title else ""
    width = max(map(len, rows))
    lines = [f"{indent}{name:<{width}}  {printable(value)}" for name, value in rows.items()]
    return "\n".join([title, *lines] if title else lines)


def printable(value: str) -> str:
    """``value`` without what would move the cursor or break the line: a file may hold any text."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in value)
