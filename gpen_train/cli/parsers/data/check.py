"""What `gpen data check` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command, add_number
from gpen_train.cli.parsers.options import add_part, add_resolution, add_workers
from gpen_train.curation.check.limits import Limits

EXAMPLE = """example:
  gpen data check data/ffhq --resolution 512

Decodes every image to its end and looks for files that are unreadable, smaller than half the resolution,
blurry, or there twice: equal files, and equal pictures in another size, format or light (a perceptual hash of
256 bits). Writes NAME-check/check.json with all that was found and NAME-check/check.png with histograms;
--output names another folder. Started again it looks at new and changed files alone.

The exit code is 1 where training would suffer: more than --max-share of the images have a fault, or fewer
than two can be used.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `check` to the commands of `gpen data`."""
    parser = add_command(commands, "data.check", "find bad, small, blurry and double images", EXAMPLE)
    parser.add_argument("folder", metavar="DIR", type=Path, help="images, subfolders included")
    parser.add_argument(
        "--output", metavar="OUT", type=Path, help="folder of the report (default: NAME-check)"
    )
    add_resolution(parser, 512, "that training will use")
    parser.add_argument(
        "--min-size", type=int, metavar="PX", help="of the shorter side (default: half the resolution)"
    )
    add_number(parser, "--min-sharpness", Limits.min_sharpness, "X", "finest detail against coarser")
    parser.add_argument(
        "--max-bits",
        type=int,
        default=Limits.max_bits,
        metavar="N",
        help=f"bits of the hash in which equal pictures may differ (default: {Limits.max_bits} of 256)",
    )
    add_number(parser, "--max-share", Limits.max_share, "X", "share of images with a fault that is let pass")
    add_part(parser, "images")
    add_workers(parser)
