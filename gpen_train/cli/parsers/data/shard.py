"""What `gpen data shard` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command, add_number
from gpen_train.cli.parsers.data.sources import KINDS
from gpen_train.cli.parsers.options import add_part, add_workers
from gpen_train.curation.shards.encoders import ENCODERS, KEEP

EXAMPLE = """examples:
  gpen data shard data/ffhq shards/ffhq-512 --resolution 512
  gpen data shard data/ffhq.zip shards/ffhq-512 --resolution 512 --format webp --shard-size 2000
  gpen data shard photos/ shards/photos
  gpen train data=shards data.root=shards/ffhq-512

Writes OUT/NAME-000000.tar, ... as WebDataset reads them, beside each a list of its images with checksums, and
at last OUT/manifest.json: gpen data verify OUT compares. Images are dealt to the shards by a hash of their
content, so each shard is a fair sample. What is held out of SOURCE is held out of the shards too, and every
image is degraded alike.

Without --resolution the files are packed as they are. The same command again goes on where it was stopped.
Images that cannot be decoded are listed, and the exit code is 1 then.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `shard` to the commands of `gpen data`."""
    parser = add_command(commands, "data.shard", "pack images into tar shards", EXAMPLE)
    parser.add_argument("source", metavar="SOURCE", help=KINDS)
    parser.add_argument("output", metavar="OUT", type=Path, help="folder of the shards")
    parser.add_argument("--resolution", type=int, metavar="R", help="crop and resize to R pixels a side")
    parser.add_argument(
        "--format",
        choices=(KEEP, *ENCODERS),
        help=f"of the packed images (default: png with --resolution, else {KEEP}: the files as they are)",
    )
    add_number(parser, "--shard-size", 1000, "N", "images a shard")
    add_number(parser, "--num", 1000, "N", "drawn faces")
    add_number(parser, "--seed", 0, "S", "of drawn faces")
    add_part(parser, "shards")
    add_workers(parser)
