"""gpen inspect: what a checkpoint is, without running anything in it."""

import argparse
from typing import Any

from gpen_train.checkpoints.describe import Description, describe
from gpen_train.checkpoints.layout import BUNDLE

EXAMPLE = """example:
  gpen inspect gpen-bfr-2048.pth

Nothing in the file is executed: one that names more than tensors and plain values is refused.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `inspect` to the commands."""
    parser = subparsers.add_parser(
        "inspect",
        help="say what a checkpoint is: layout, version, sizes, parameters, args",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any known layout")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the description; returns 0."""
    print(report(options.file, describe(options.file)))
    return 0


def report(name: str, found: Description) -> str:
    """The description as aligned text: the facts, the parameters by part, the args."""
    facts = {
        "file": f"{name}  ({found.num_bytes / 1e6:,.2f} MB)",
        "layout": found.layout,
        "version": found.version,
        "resolution": resolutions(found),
        "dtype": ", ".join(found.dtypes) or "no tensors",
    }
    counts = {**found.parts, "total": sum(found.parts.values())}
    width = max(len(f"{count:,}") for count in counts.values())
    parameters = {part: f"{count:>{width},}" for part, count in counts.items()}
    title = "args" if found.layout == BUNDLE else "model, as its shapes say"
    sections = {"": facts, "parameters": parameters, title: dict(flatten(found.args))}
    return "\n\n".join(section(title, rows) for title, rows in sections.items() if rows)


def resolutions(found: Description) -> str:
    """`input 512 px, output 2048 px`, with what is known."""
    sides = {"input": found.input_resolution, "output": found.output_resolution}
    return ", ".join(f"{name} {side} px" for name, side in sides.items() if side is not None) or "unknown"


def flatten(args: dict[Any, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested dicts as dotted names."""
    rows = []
    for key, value in args.items():
        if isinstance(value, dict) and value:
            rows += flatten(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", str(value)))
    return rows


def section(title: str, rows: dict[str, str]) -> str:
    """Rows of a name and a value, the values in one column, below a title if there is one."""
    indent = "  " if title else ""
    width = max(map(len, rows))
    lines = [f"{indent}{name:<{width}}  {value}" for name, value in rows.items()]
    return "\n".join([title, *lines] if title else lines)
