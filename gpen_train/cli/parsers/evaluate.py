"""What `gpen evaluate` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.own import add_overrides
from gpen_train.cli.parsers.shown import add_shown

EXAMPLE = """examples:
  gpen evaluate checkpoint=runs/faces data.root=data/celeba_test degradation=gpen seed=0
  gpen evaluate checkpoint=[ours.pth,GPEN-BFR-512.pth] data.root=benchmark output=reports/benchmark
  gpen evaluate checkpoint='{before: runs/a, after: runs/b}' data.root=benchmark
  gpen evaluate checkpoint=ours.pth restored=[gfpgan/restored_faces,codeformer/final] data.root=benchmark
  gpen evaluate restored=gfpgan/restored_faces data.root=clean data.degraded=degraded
  gpen evaluate checkpoint=ours.pth data.root=null data.degraded=LFW-Test
  gpen evaluate checkpoint=prior.pth data.root=data/ffhq samples=50000

benchmark is a folder that `gpen data degrade` has made: the way to compare with other programs, which restore
the images of benchmark/degraded. Judges' weights are looked for in ./weights; metrics without theirs are left
out, and the report says which file to fetch. Systems are named by their files, by what differs in
their paths where these are called alike, or as {NAME: FILE} says. Every setting of configs/evaluate.yaml is
given as NAME=VALUE.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `evaluate` to the commands."""
    parser = add_command(
        subparsers,
        "evaluate",
        "measure how well checkpoints and other systems restore, and write a report",
        EXAMPLE,
    )
    add_overrides(parser)
    add_shown(parser, "evaluate")
