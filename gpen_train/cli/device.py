"""Where and in which precision a command computes."""

import argparse

import torch

DEVICES = ("auto", "cpu", "cuda")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def add_device_options(parser: argparse.ArgumentParser) -> None:
    """Add --device and --dtype."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto takes the GPU if there is one"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="precision of the convolutions")


def choose_device(name: str) -> torch.device:
    """The device for one of DEVICES; ValueError where CUDA is asked for and missing."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            "device is cuda, and PyTorch finds no CUDA device; expected one, or use --device cpu"
        )
    return torch.device(name)
