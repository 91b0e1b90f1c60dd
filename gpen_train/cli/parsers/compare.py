"""What `gpen compare` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command

EXAMPLE = """example:
  gpen compare runs/small/report/report.json runs/large/report/report.json

Differences are the second report's scores less the first's, image by image, with a 95 % bootstrap interval of
their mean. Reports whose protocols differ are refused, and the settings that do are named.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `compare` to the commands."""
    parser = add_command(
        subparsers, "compare", "compare two reports of gpen evaluate, image by image", EXAMPLE
    )
    parser.add_argument("first", metavar="A", help="a report.json, or its folder")
    parser.add_argument("second", metavar="B", help="another")
    parser.add_argument(
        "--ignore",
        nargs="+",
        default=[],
        metavar="NAME",
        help="settings of the protocol, or groups of them, that may differ: versions.torch, versions",
    )
