"""What `gpen sweep` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.own import add_config

EXAMPLE = """examples:
  gpen sweep runs/sweep experiment=quickstart losses.content.weight=10,50 seed=0,1
  gpen sweep runs/rates experiment=quickstart 'optimizer.generator=choice(4e-3,8e-3)' --by frechet
  CUDA_VISIBLE_DEVICES=1 gpen sweep runs/sweep experiment=bfr_512 losses.r1.weight=2,10 seed=0,1 --part 2/2

Settings are those of gpen train, with several values where they are to vary: all combinations are trained,
one after the other, each in a process and a folder of its own (runs/sweep/content.weight-10_seed-0). The same
command again goes on where it was stopped, and with more values it trains what is new. A run that fails is
named, the others go on, and the exit code is 1. OUT/table.md and table.json have the held-out scores of all,
the best first.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `sweep` to the commands."""
    parser = add_command(subparsers, "sweep", "train all combinations of settings, and compare", EXAMPLE)
    parser.add_argument("output", metavar="OUT", type=Path, help="the folder for the runs' folders")
    parser.add_argument("overrides", nargs="+", metavar="NAME=VALUE,..", help="settings of gpen train")
    parser.set_defaults(settings="train")
    add_config(parser)
    parser.add_argument(
        "--by", metavar="METRIC", help="what the table is sorted by (default: psnr or frechet)"
    )
    parser.add_argument("--part", metavar="I/N", help="do the I-th of N parts of the runs (default: all)")
