"""What `gpen bench` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command
from gpen_train.devices import DEVICES

EXAMPLE = """example:
  gpen bench                                              the smallest preset on a CPU, 512 px on a GPU
  gpen bench --models v1_512 v2_512 --batch-size 8 --output before.json
  gpen bench --compare before.json after.json
  gpen bench --models v1_512 --device meta                operators, FLOP and bytes alone: computes nothing

TFLOP/s and GB/s stand beside what the device reaches in a product of matrices and in a copy, measured here.
Operators are counted as the code is written, kernels as they ran: what compiling has fused is one.
"""
PLACES = (*DEVICES, "meta")


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `bench` to the commands."""
    parser = add_command(
        subparsers, "bench", "measure inference and the phases of a training step on this machine", EXAMPLE
    )
    parser.add_argument(
        "--models", nargs="+", metavar="NAME", help="presets of model= (default: by the device)"
    )
    parser.add_argument(
        "--batch-size", type=int, metavar="N", help="images at a time (default: 2, on GPUs 8)"
    )
    parser.add_argument("--device", choices=PLACES, default="auto", help="auto takes the GPU if there is one")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="SETTING=VALUE", help="as compute.compile=default"
    )
    parser.add_argument(
        "--seconds", type=float, default=2.0, metavar="S", help="for each measurement, about (default 2)"
    )
    parser.add_argument("--output", metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--compare", nargs=2, metavar=("BEFORE", "AFTER"), help="compare two such files")
