"""Where and in which precision a command computes."""

import argparse

import torch

from gpen_train.devices import DEVICES, DTYPES
from gpen_train.words import plural


def add_device_options(parser: argparse._ActionsContainer) -> None:
    """Add --device and --dtype."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto takes the GPU if there is one"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="precision of the convolutions")


def name_of(device: torch.device | str) -> str:
    """A GPU's name; of the CPU, how many threads compute."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {plural(torch.get_num_threads(), 'thread')}"
