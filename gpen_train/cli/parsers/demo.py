"""What `gpen demo` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command, add_number
from gpen_train.cli.parsers.options import add_detector, add_device_options
from gpen_train.demo.limits import Limits

EXAMPLE = """examples:
  gpen demo --checkpoint gpen-bfr-512.pth
  gpen demo --checkpoint runs/faces GPEN-Inpainting-1024.pth GPEN-Colorization-1024.pth --port 8000

Drop or paste a photograph and move the slider between before and after, of the whole and of each face. A
second tab degrades a clean face by any preset, shows what was drawn, lets it be turned, and restores: what
training sees. The page is for this machine alone (127.0.0.1), asks no other, and its files are gone when it
ends.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `demo` to the commands."""
    parser = add_command(subparsers, "demo", "try models in a browser, on this machine alone", EXAMPLE)
    parser.add_argument(
        "--checkpoint",
        required=True,
        nargs="+",
        metavar="FILE",
        help="bundles, releases of yangxy/GPEN, or runs' folders, to choose among",
    )
    parser.add_argument(
        "--port", type=int, metavar="P", help="of the page (default: the first free from 7860)"
    )
    add_detector(parser)
    add_number(parser, "--max-megabytes", Limits().megabytes, "MB", "the largest file that is taken")
    add_number(parser, "--max-megapixels", Limits().megapixels, "MP", "the largest picture that is taken")
    add_device_options(parser)
