"""What `gpen data degrade` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command, add_number
from gpen_train.cli.parsers.data.sources import KINDS
from gpen_train.cli.parsers.options import add_part, add_resolution, add_workers
from gpen_train.cli.settings.configs import choices_of

EXAMPLE = """examples:
  gpen data degrade data/celeba_test benchmark/ --preset codeformer --seed 0 --resolution 512
  gpen data degrade drawn benchmark/ --preset gpen --seed 1 --num 200 --expect theirs/manifest.json

Writes OUT/degraded/LABEL.png, OUT/clean/LABEL.png and OUT/manifest.json: the preset in full, the seed, the
versions, and for each image every parameter drawn and the SHA-256 of both files and of their pixels. A set
has a fingerprint, which stands for all of its pixels: a paper can name it, and --expect compares with the
manifest of others. The same command again goes on where it was stopped, and refuses to mix two sets in one
folder.
"""
NUM_DRAWN = 100  # drawn faces, where --num is not given


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `degrade` to the commands of `gpen data`."""
    parser = add_command(commands, "data.degrade", "make a frozen benchmark set", EXAMPLE)
    parser.add_argument("source", metavar="SOURCE", help=KINDS)
    parser.add_argument("output", metavar="OUT", type=Path, help="folder of the set")
    parser.add_argument(
        "--preset",
        required=True,
        metavar="P",
        help=f"one of {', '.join(choices_of('degradation'))}, or a .yaml file",
    )
    add_number(parser, "--seed", 0, "S", "0 or more")
    add_resolution(parser, 512, "of the clean images")
    parser.add_argument(
        "--num", type=int, metavar="N", help=f"the first N images (default: all; {NUM_DRAWN} drawn)"
    )
    parser.add_argument("--expect", metavar="FILE", help="manifest.json of a set to be equal to")
    add_part(parser, "images")
    add_workers(parser)
