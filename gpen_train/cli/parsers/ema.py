"""What `gpen ema` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command

EXAMPLE = """example:
  gpen train experiment=prior_512 data.root=faces run_dir=runs/faces 'ema.profiles=[0.05,0.1]'
  gpen ema runs/faces --sigma-rel 0.15            # runs/faces/export/gpen-prior-512-sigma0.15.pth
  gpen ema runs/faces --sigma-rel 0.07 --output wider.pth

The width is how far back the average reaches, as a share of the run: the longer, the wider it may be.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `ema` to the commands."""
    parser = add_command(
        subparsers,
        "ema",
        "average a run's weights over another width, after the run",
        EXAMPLE,
        "Make an average of a run that was not kept, of those that ema.profiles has stored.",
    )
    parser.add_argument("run", metavar="RUN", help="a run's folder, trained with ema.profiles")
    parser.add_argument(
        "--sigma-rel", type=float, required=True, metavar="S", help="the width, from 0.001 to 0.28"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="the file to write (default: in RUN/export, named by the width)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
