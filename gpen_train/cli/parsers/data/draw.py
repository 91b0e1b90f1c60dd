"""What `gpen data draw` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command, add_number

EXAMPLE = """examples:
  gpen data draw faces --num 1000 --resolution 256 --seed 0
  gpen data draw faces --num 1000 --labels maps        # for task=seg2face

The same command again draws only what is missing. A face depends on (seed, number) alone: --first 1000
goes on where the example ends, and another --resolution gives the same people with more or less detail."""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `draw` to the commands of `gpen data`."""
    parser = add_command(
        commands,
        "data.draw",
        "fill a folder with drawn faces",
        EXAMPLE,
        description="Draw aligned portraits as PNG files 000000.png, 000001.png, ...; nothing is downloaded.",
    )
    parser.add_argument("output", metavar="OUT", type=Path, help="folder to write to; made if it is missing")
    add_number(parser, "--num", 100, "N", "how many faces")
    add_number(parser, "--resolution", 256, "R", "pixels a side, 32 to 2048")
    add_number(parser, "--seed", 0, "S", "which people")
    add_number(parser, "--first", 0, "I", "number of the first face")
    parser.add_argument(
        "--labels", metavar="DIR", type=Path, help="a folder for their label maps, in CelebAMask-HQ's colours"
    )
    parser.add_argument("--force", action="store_true", help="draw again what is there already")
