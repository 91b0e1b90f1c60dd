"""gpen restore: aligned faces in files and folders."""

import argparse
import sys

import torch

from gpen_train.checkpoints.load import load
from gpen_train.cli.device import DTYPES, add_device_options, choose_device
from gpen_train.cli.output import writable_folder
from gpen_train.progress import with_progress
from gpen_train.restoration.aligned import find_jobs, restore_files

EXAMPLE = """example:
  gpen restore faces/ portrait.jpg --checkpoint gpen-bfr-512.pth --output restored/

Faces are square crops, aligned as FFHQ's. Folders are searched through and through; every file keeps its
name, and its place below the folder. A file that cannot be read is named, the others go on, and the exit
code is 1.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `restore` to the commands."""
    parser = subparsers.add_parser(
        "restore",
        help="restore aligned faces: files and folders",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="an image, or a folder of images")
    parser.add_argument(
        "--checkpoint", required=True, metavar="FILE", help="a bundle, or a release of yangxy/GPEN"
    )
    parser.add_argument("--output", required=True, metavar="DIR", help="where the restored images go")
    parser.add_argument("--batch-size", type=int, default=1, metavar="N", help="images at a time (default 1)")
    add_device_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Restore; returns 0 where every file was, else 1."""
    if options.batch_size < 1:
        raise ValueError(f"--batch-size is {options.batch_size}; expected 1 or more")
    device = choose_device(options.device)
    jobs = find_jobs(options.inputs, options.output)
    writable_folder(options.output)
    model = load(options.checkpoint).to(device, memory_format=torch.channels_last)
    num_failed = 0
    outcomes = restore_files(model, jobs, options.batch_size, DTYPES[options.dtype])
    for outcome in with_progress(outcomes, "restoring", len(jobs)):
        if outcome.error is not None:
            num_failed += 1
            print(f"gpen: {outcome.error}", file=sys.stderr)
    print(f"restored {len(jobs) - num_failed} of {len(jobs)} images into {options.output}")
    return 1 if num_failed else 0
