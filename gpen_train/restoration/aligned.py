"""Restores files of aligned faces: which there are, in batches, each to a file of the same name."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from gpen_train import images
from gpen_train.models.gpen import GPEN


class Job(NamedTuple):
    """One file to restore, and the file to write."""

    source: Path
    target: Path


class Outcome(NamedTuple):
    """How a job ended: ``error`` is None, or one line that says what is wrong with the file."""

    job: Job
    error: str | None = None


def find_jobs(inputs: Sequence[str | Path], output: str | Path) -> list[Job]:
    """The images named by ``inputs``: files, and folders with all that is below them.

    A file goes into ``output`` under its own name; what is below a folder keeps its place below it. Files
    already inside ``output`` are left out of the search.

    Raises ValueError where an input is missing or a folder holds no image, where two files would be written
    to one, and where an input would be overwritten.
    """
    output = Path(output)
    jobs: dict[Path, Job] = {}  # by target
    for path in map(Path, inputs):
        for source in _images_below(path, output) if path.is_dir() else [path]:
            target = output / (source.relative_to(path) if path.is_dir() else source.name)
            other = jobs.setdefault(target, Job(source, target)).source
            if other.resolve() != source.resolve():
                raise ValueError(f"{other} and {source} would both become {target}; restore them one by one")
            if not source.exists():
                raise ValueError(f"{source} does not exist; expected an image or a folder of images")
    sources = {job.source.resolve() for job in jobs.values()}
    for target in jobs:
        if target.resolve() in sources:
            raise ValueError(f"{target} is an input and would be overwritten; choose another output folder")
    return list(jobs.values())


def _images_below(folder: Path, output: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in images.IMAGE_SUFFIXES
        and path.is_file()
        and not (output != folder and path.is_relative_to(output))
    ]
    if not found:
        raise ValueError(f"{folder} holds no image; expected files of {', '.join(images.IMAGE_SUFFIXES)}")
    return found


def restore_files(
    model: GPEN, jobs: Sequence[Job], batch_size: int = 1, dtype: torch.dtype = torch.float32
) -> Iterator[Outcome]:
    """Restore and write every job, and yield each as it ends; a file that fails does not stop the others."""
    for start in range(0, len(jobs), batch_size):
        readable = []
        for job in jobs[start : start + batch_size]:
            try:
                readable.append((job, read_aligned(job.source)))
            except (ValueError, OSError) as error:
                yield Outcome(job, str(error))
        for _, group in groupby(readable, key=lambda item: item[1].shape):
            batch, degraded = zip(*group, strict=True)
            restored = restore_arrays(model, np.stack(degraded), dtype)
            for job, image in zip(batch, restored, strict=True):
                try:
                    images.write_image(job.target, image)
                    yield Outcome(job)
                except (ValueError, OSError) as error:
                    yield Outcome(job, str(error))


def read_aligned(path: Path) -> np.ndarray:
    """Read an aligned face -> uint8 [S, S, 3]; ValueError for an image that is no square."""
    image = images.read_image(path)
    height, width = image.shape[:2]
    if height != width:
        raise ValueError(
            f"{path} is {width} x {height} pixels; expected a square: crop and align its face first"
        )
    return image


@torch.inference_mode()
def restore_arrays(model: GPEN, degraded: np.ndarray, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """uint8 [B, S, S, 3] -> uint8 [B, R, R, 3], on the model's device; convolutions in ``dtype``."""
    device = next(model.parameters()).device
    x = images.to_float(torch.from_numpy(degraded).to(device))
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        restored = model(x)
    return images.to_uint8(restored).cpu().numpy()
