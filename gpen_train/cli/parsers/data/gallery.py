"""What `gpen data gallery` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command, add_number
from gpen_train.cli.parsers.data.sources import DRAWN, KINDS
from gpen_train.cli.parsers.options import add_resolution
from gpen_train.image_files import FORMATS

EXAMPLE = """examples:
  gpen data gallery degradations.jpg
  gpen data gallery mine.png --preset gpen --preset my_preset.yaml --source data/faces --resolution 512

A card a preset, --num draws side by side on it, with the parameters drawn under each. The draws are of the
first --num images of the source, and depend on (seed, number) alone. Lengths are pixels of the image, angles
radians, noise grey levels.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `gallery` to the commands of `gpen data`."""
    parser = add_command(commands, "data.gallery", "show presets of degradation in one picture", EXAMPLE)
    parser.add_argument("output", metavar="OUT", type=Path, help=f"the picture: {', '.join(FORMATS)}")
    parser.add_argument(
        "--preset",
        action="append",
        metavar="P",
        help="a preset or a .yaml file, may come again (default: all)",
    )
    parser.add_argument("--source", default=DRAWN, metavar="SOURCE", help=f"{KINDS} (default: {DRAWN})")
    add_number(parser, "--num", 2, "N", "draws of each preset")
    add_resolution(parser, 176, "of each image")
    add_number(parser, "--seed", 0, "S", "of the draws and drawn faces")
    add_number(parser, "--quality", 85, "Q", "of a JPEG or WebP")
