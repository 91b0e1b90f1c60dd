"""What `gpen train` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.own import add_overrides
from gpen_train.cli.parsers.shown import add_shown
from gpen_train.cli.settings.configs import configs_folder

EXAMPLE = """examples:
  gpen train experiment=quickstart
  gpen train data.root=data/ffhq model=v2_512 images=2000000 run_dir=runs/mine
  gpen train data.root=data/ffhq model=v2_512 images=2000000 run_dir=runs/mine resume=true
  gpen train --config mine.yaml data.root=data/ffhq
  gpen train experiment=finetune --print
  gpen train --explain compute.precision

Every setting of configs/train.yaml, and of the files in the folders beside it, can be given as NAME=VALUE.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `train` to the commands."""
    parser = add_command(subparsers, "train", "train a model", f"{EXAMPLE}\n{_choices()}")
    add_overrides(parser)
    add_shown(parser, "train")
    parser.add_argument(
        "-m",
        "--multirun",
        action="store_const",
        dest="module",
        const="gpen_train.cli.multirun",
        help="train for each of several values, NAME=A,B, by Hydra's sweepers and launchers",
    )


def _choices() -> str:
    """The files of every group of configs/, for the help."""
    groups = sorted(path for path in configs_folder().iterdir() if path.is_dir())
    lines = [f"  {group.name}={'|'.join(sorted(f.stem for f in group.glob('*.yaml')))}" for group in groups]
    return "\n".join(["choices:", *lines])
