"""What `gpen inspect` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command

EXAMPLE = """example:
  gpen inspect gpen-bfr-2048.pth

Nothing in the file is executed: one that names more than tensors and plain values is refused.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `inspect` to the commands."""
    parser = add_command(
        subparsers,
        "inspect",
        "say what a checkpoint is: layout, family, sizes, parameters, args",
        EXAMPLE,
    )
    parser.add_argument("file", metavar="FILE", help="a checkpoint of any known layout, or a run's folder")
