"""What `gpen sample` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.options import add_device_options

EXAMPLE = """example:
  gpen sample --checkpoint gpen-bfr-512.pth --num 16 --seed 1 --output samples/

Image number i is a function of the seed and i alone, however many are drawn.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `sample` to the commands."""
    parser = add_command(
        subparsers,
        "sample",
        "draw faces from random vectors: what the generator knows without an encoder",
        EXAMPLE,
    )
    parser.add_argument(
        "--checkpoint",
        required=True,
        metavar="FILE",
        help="a GPEN or a StyleGAN2, in any layout, or a run's folder",
    )
    parser.add_argument("--num", type=int, default=8, metavar="N", help="how many images (default 8)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="a number of 0 or more (default 0)")
    parser.add_argument("--output", required=True, metavar="DIR", help="where 000000.png and on are written")
    parser.add_argument(
        "--truncation",
        type=float,
        default=1.0,
        metavar="T",
        help="draw a StyleGAN2's faces to its average: 1 not at all (default), 0 wholly",
    )
    add_device_options(parser)
