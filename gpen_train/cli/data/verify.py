"""gpen data verify: shards against their checksums."""

import argparse
import sys
from pathlib import Path

from gpen_train.cli.command import add_command, check_least
from gpen_train.cli.data.options import add_workers
from gpen_train.curation.shards.verify import verify
from gpen_train.progress import with_progress
from gpen_train.words import noun, plural

EXAMPLE = """example:
  gpen data verify shards/ffhq-512

Reads every shard of a folder that gpen data shard has written, and names those that have changed since, with
their damaged images. The exit code is 1 then; remove such shards, and gpen data shard makes them anew.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `verify` to the commands of `gpen data`."""
    parser = add_command(commands, "verify", run, "compare shards with their checksums", EXAMPLE)
    parser.add_argument("folder", metavar="OUT", type=Path, help="a folder that gpen data shard has written")
    add_workers(parser)


def run(options: argparse.Namespace) -> int:
    """Verify; returns 0 where every shard is as it was written, else 1."""
    check_least(workers=(options.workers, 0))
    num_shards, checked = verify(options.folder, options.workers)
    num_bad = 0
    for faults in with_progress(checked, "verifying shards", num_shards):
        num_bad += bool(faults)
        for fault in faults:
            print(f"gpen: {fault}", file=sys.stderr)
    num_good = num_shards - num_bad
    are = noun(num_good, "is as it was", "are as they were")
    print(f"{num_good} of {plural(num_shards, 'shard')} in {options.folder} {are} written")
    return 1 if num_bad else 0
