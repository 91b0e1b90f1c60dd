"""What `gpen data prepare` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.options import add_detector, add_part, add_resolution, add_workers

EXAMPLE = """examples:
  gpen data prepare photos/ faces/ --resolution 512 --faces all
  gpen data prepare photos/ faces/ --landmarks landmarks.json


landmarks.json   {"a.jpg": [[x, y], ...], "more/b.png": [[[x, y], ...], ...]}: one face or a list of faces,
                 each of five points (eyes, nose, corners of the mouth, left to right in the picture) or of
                 68; or FFHQ's own ffhq-dataset-v2.json
landmarks.csv    a.jpg,x,y,x,y,...  a line a face

Faces are turned, cut out, padded and resized as FFHQ's were. OUT/manifest.json says for each photo its
SHA-256 and for each face the file, the landmarks, the side of its square in pixels of the photo, whether it
left the photo, and the matrix [2, 3] that takes the photo's pixels to the file's. The same command again goes
on where it was stopped. Photos that cannot be read, or that the landmarks do not name, are listed, and the
exit code is 1 then, and where there is no face at all.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `prepare` to the commands of `gpen data`."""
    parser = add_command(commands, "data.prepare", "align faces to FFHQ's template", EXAMPLE)
    parser.add_argument("folder", metavar="DIR", type=Path, help="photographs, subfolders included")
    parser.add_argument("output", metavar="OUT", type=Path, help="where the faces go, under the same names")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--landmarks", metavar="FILE", help="a .json or .csv file, or its URL")
    add_detector(where)
    add_resolution(parser, 512, "of the faces")
    parser.add_argument(
        "--faces", choices=("largest", "all"), default="largest", help="of each photo (default: largest)"
    )
    parser.add_argument(
        "--min-side",
        type=float,
        metavar="PX",
        help="leave out faces whose square is smaller in the photo (default: half the resolution)",
    )
    add_part(parser, "photographs")
    add_workers(parser)
