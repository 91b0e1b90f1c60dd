"""How faces are found, on the command line."""

import argparse

from gpen_train.faces.detectors.table import DEFAULT, DETECTORS


def add_detector(parser: argparse._ActionsContainer) -> None:
    """Add --detector."""
    others = ", ".join(name for name in DETECTORS if name != DEFAULT)
    parser.add_argument(
        "--detector",
        default=DEFAULT,
        metavar="NAME",
        help=f'what finds the faces: {DEFAULT}, of pip install "gpen-train[faces]" (default), or {others}, '
        "where their package is installed",
    )
