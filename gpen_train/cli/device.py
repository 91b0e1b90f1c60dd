"""Where and in which precision a command computes."""

import argparse

from gpen_train.devices import DEVICES, DTYPES


def add_device_options(parser: argparse._ActionsContainer) -> None:
    """Add --device and --dtype."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto takes the GPU if there is one"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="precision of the convolutions")
