"""Options that several commands of `gpen data` share."""

import argparse

from gpen_train.cli.command import add_number
from gpen_train.parallel import num_cores


def add_workers(parser: argparse._ActionsContainer) -> None:
    """Add --workers."""
    parser.add_argument(
        "--workers",
        type=int,
        default=num_cores(),
        metavar="N",
        help="processes that share the work (default: one a core); 0 works in this one",
    )


def add_resolution(parser: argparse.ArgumentParser, default: int, what: str) -> None:
    """Add --resolution, of ``what``."""
    add_number(parser, "--resolution", default, "R", f"pixels a side {what}")
