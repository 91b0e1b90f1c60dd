"""Restores files of aligned faces, in batches, each to a file of its own."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from gpen_train import images
from gpen_train.models.gpen import GPEN
from gpen_train.restoration.jobs import Job
from gpen_train.restoration.treatments import Treatment, as_it_is


class Outcome(NamedTuple):
    """How a job ended: ``error`` is None, or one line that says what is wrong with the file."""

    job: Job
    error: str | None = None


def restore_files(
    model: GPEN,
    jobs: Sequence[Job],
    batch_size: int = 1,
    dtype: torch.dtype = torch.float32,
    treatment: Treatment = as_it_is,  # what the model's task needs before and after the network
) -> Iterator[Outcome]:
    """Restore and write every job, and yield each as it ends; a file that fails does not stop the others."""
    for start in range(0, len(jobs), batch_size):
        readable = []
        for job in jobs[start : start + batch_size]:
            try:
                readable.append((job, *treatment(read_aligned(job.source), job.source)))
            except (ValueError, OSError) as error:
                yield Outcome(job, str(error))
        for _, group in groupby(readable, key=lambda item: item[1].shape):
            batch, degraded, finishes = zip(*group, strict=True)
            restored = restore_arrays(model, np.stack(degraded), dtype)
            for job, finish, image in zip(batch, finishes, restored, strict=True):
                try:
                    images.write_image(job.target, finish(image))
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
