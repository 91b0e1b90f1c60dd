"""gpen data draw: fill a folder with drawn faces."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gpen_train.cli.output import writable_folder
from gpen_train.drawn import DrawnFaces
from gpen_train.images import UnreadableImageError, read_image, write_image
from gpen_train.progress import with_progress
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Carry out `gpen data draw`; returns 0 once every face is there."""
    faces = DrawnFaces(options.resolution, options.num, options.seed, options.first)
    writable_folder(options.output)
    paths = [options.output / f"{faces.label(index)}.png" for index in range(len(faces))]
    check_kept(paths, faces, options)
    missing = [index for index, path in enumerate(paths) if options.force or not path.exists()]
    for index in with_progress(missing, "drawing faces", len(missing)):
        write_image(paths[index], faces[index])
    kept = len(paths) - len(missing)
    print(
        f"{plural(len(missing), 'face')} drawn in {options.output}"
        + (f", {plural(kept, 'was', 'were')} there already" if kept else "")
    )
    return 0


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
