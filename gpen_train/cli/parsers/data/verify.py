"""What `gpen data verify` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.options import add_workers

EXAMPLE = """example:
  gpen data verify shards/ffhq-512

Reads every shard of a folder that gpen data shard has written, and names those that have changed since, with
their damaged images. The exit code is 1 then; remove such shards, and gpen data shard makes them anew.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `verify` to the commands of `gpen data`."""
    parser = add_command(commands, "data.verify", "compare shards with their checksums", EXAMPLE)
    parser.add_argument("folder", metavar="OUT", type=Path, help="a folder that gpen data shard has written")
    add_workers(parser)
