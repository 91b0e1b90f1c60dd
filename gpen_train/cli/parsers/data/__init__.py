"""What `gpen data` takes: a file for each of its commands."""

import argparse

from gpen_train.cli.parsers.data import check, degrade, draw, gallery, prepare, shard, verify

COMMANDS = (check, prepare, shard, verify, degrade, gallery, draw)


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `gpen data` and its own subcommands."""
    parser = subparsers.add_parser(
        "data", help="check, align, pack, degrade and draw faces", description="Work on datasets."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
