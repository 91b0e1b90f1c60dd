"""gpen data draw: fill a folder with drawn faces, and another with their label maps."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gpen_train.cli.output import writable_folder
from gpen_train.drawn import DrawnFaces, DrawnLabels
from gpen_train.images import UnreadableImageError, read_image, write_image
from gpen_train.progress import with_progress
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Carry out `gpen data draw`; returns 0 once every face is there."""
    which = (options.resolution, options.num, options.seed, options.first)
    draw(DrawnFaces(*which), options.output, "face", options)
    if options.labels:
        draw(DrawnLabels(*which), options.labels, "label map", options)
    return 0


def draw(images: DrawnFaces, folder: Path, thing: str, options: argparse.Namespace) -> None:
    """Write those that are missing in ``folder``, or all with --force, and say how many."""
    writable_folder(folder)
    paths = [folder / f"{images.label(index)}.png" for index in range(len(images))]
    check_kept(paths, images, options)
    missing = [index for index, path in enumerate(paths) if options.force or not path.exists()]
    for index in with_progress(missing, f"drawing {thing}s", len(missing)):
        write_image(paths[index], images[index])
    kept = len(paths) - len(missing)
    print(
        f"{plural(len(missing), thing)} drawn in {folder}"
        + (f", {plural(kept, 'was', 'were')} there already" if kept else "")
    )


def check_kept(paths: Sequence[Path], faces: DrawnFaces, options: argparse.Namespace) -> None:
    """Raise ValueError where the first face that is there already is another than would be drawn."""
    for index, path in enumerate(paths):
        if options.force or not path.exists():
            continue
        try:
            is_same = np.array_equal(read_image(path), faces[index])
        except UnreadableImageError:  # tells nothing of the others
            continue
        if is_same:
            return
        raise ValueError(
            f"{path} is another face than --seed {options.seed} draws at {options.resolution} px; choose "
            "another folder, or give --force to draw over what is there"
        )
