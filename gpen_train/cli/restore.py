"""gpen restore: aligned faces in files and folders."""

import argparse
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import torch

from gpen_train.checkpoints.load import load_gpen
from gpen_train.cli.checkpoint import said
from gpen_train.cli.command import add_command, check_least
from gpen_train.cli.device import DTYPES, add_device_options, choose_device
from gpen_train.cli.output import writable_folder
from gpen_train.models.gpen import GPEN
from gpen_train.progress import with_progress
from gpen_train.restoration.aligned import restore_files
from gpen_train.restoration.jobs import find_jobs, find_masks
from gpen_train.restoration.treatments import Treatment, as_it_is, colorize, fill_hole

EXAMPLE = """examples:
  gpen restore faces/ portrait.jpg --checkpoint gpen-bfr-512.pth --output restored/
  gpen restore faces/ --checkpoint GPEN-Inpainting-1024.pth --output filled/ --mask masks/ --paste-known
  gpen restore old.png --checkpoint GPEN-Colorization-1024.pth --output coloured/ --keep-luma

Faces are square crops, aligned as FFHQ's. Folders are searched through and through; every file keeps its
name, and its place below the folder; a.heic and others that are not written become a.heic.png. A file that
cannot be read is named, the others go on, and the exit code is 1.

Inpainting fills in what is pure white, or what is white in the mask that --mask gives. A hole saved as JPEG
is no longer pure white everywhere: prefer PNG, or a mask. Colorization takes grey, toned and coloured images
alike, and begins with their luma.
"""

TASK_OPTIONS = {"inpainting": ("mask", "paste_known"), "colorization": ("keep_luma",)}


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `restore` to the commands."""
    parser = add_command(subparsers, "restore", run, "restore aligned faces: files and folders", EXAMPLE)
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="an image, or a folder of images")
    parser.add_argument(
        "--checkpoint",
        required=True,
        metavar="FILE",
        help="a bundle, a release of yangxy/GPEN, or a run's folder",
    )
    parser.add_argument("--output", required=True, metavar="DIR", help="where the restored images go")
    parser.add_argument("--batch-size", type=int, default=1, metavar="N", help="images at a time (default 1)")
    inpainting = parser.add_argument_group("for models of inpainting")
    inpainting.add_argument(
        "--mask", metavar="FILE|DIR", help="white where pixels are missing; a folder holds one of each name"
    )
    inpainting.add_argument(
        "--paste-known", action="store_true", help="keep the pixels of the input outside of the hole"
    )
    colorization = parser.add_argument_group("for models of colorization")
    colorization.add_argument(
        "--keep-luma", action="store_true", help="keep the brightness of the input, take the colours alone"
    )
    add_device_options(parser)


def run(options: argparse.Namespace) -> int:
    """Restore; returns 0 where every file was, else 1."""
    check_least(batch_size=(options.batch_size, 1))
    device = choose_device(options.device)
    jobs = find_jobs(options.inputs, options.output)
    masks = find_masks(options.mask, jobs, options.output) if options.mask else None
    writable_folder(options.output)
    model = load_gpen(said(options.checkpoint)).to(device, memory_format=torch.channels_last)
    treatment = build_treatment(model, options, masks)
    num_failed = 0
    outcomes = restore_files(model, jobs, options.batch_size, DTYPES[options.dtype], treatment)
    for outcome in with_progress(outcomes, "restoring", len(jobs)):
        if outcome.error is not None:
            num_failed += 1
            print(f"gpen: {outcome.error}", file=sys.stderr)
    print(f"restored {len(jobs) - num_failed} of {len(jobs)} images into {options.output}")
    return 1 if num_failed else 0


def build_treatment(model: GPEN, options: argparse.Namespace, masks: Mapping[Path, Path] | None) -> Treatment:
    """What the model's task does with ``options``; ValueError where one is for another task."""
    task = task_of(model, options)
    if task == "inpainting":
        return partial(fill_hole, resolution=model.input_resolution, masks=masks, paste=options.paste_known)
    return partial(colorize, keep=options.keep_luma) if task == "colorization" else as_it_is


def task_of(model: GPEN, options: argparse.Namespace) -> str:
    """The task that ``model`` was trained for; a file that does not say has the one of the options given.

    Raises ValueError where an option is for another task.
    """
    given = {name: task for task, names in TASK_OPTIONS.items() for name in names if getattr(options, name)}
    declared = getattr(getattr(model, "args", None), "task", None)
    task = declared or next(iter(given.values()), "bfr")
    for name, wanted in given.items():
        if wanted != task:
            option = f"--{name.replace('_', '-')}"
            raise ValueError(f"{option} is for models of {wanted}, and this one is of {task}; leave it out")
    return task
