"""From a draw to a pair of images, and from pairs to a batch."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import Dataset

from gpen_train.degradations.chain import Step
from gpen_train.images import UnreadableImageError
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.sources.source import Source
from gpen_train.tasks.pair import Batch, Pair, Task
from gpen_train.words import plural


class Sample(NamedTuple):
    """One pair, and the files that had to be passed over to get it."""

    degraded: np.ndarray  # uint8 [h, w, 3]
    clean: np.ndarray  # uint8 [H, W, 3]
    unreadable: dict[str, str]  # path -> reason
    plan: list[Step] | None = None  # where the device is to make the degraded image, empty so far


class PairDataset(Dataset):
    """``dataset[draw]`` -> Sample, a pure function of (seed, stream, pass, index).

    A file that cannot be decoded is replaced by the next one of the source that can, and reported in the
    sample. Raises ValueError where no file of the source can be decoded.
    """

    def __init__(
        self,
        source: Source,
        task: Task,
        seed: int,
        stream: Stream = Stream.TRAINING,
        repeats: bool = False,  # every pass is as the first one
    ):
        self.source, self.seed, self.stream, self.repeats = source, seed, stream, repeats
        self.task: Any = task
        self._unreadable: dict[int, tuple[str, str]] = {}  # what this worker has found: path, reason

    def __getitem__(self, draw: Draw) -> Sample:
        item, unreadable = self._read(draw.index)
        draw = Draw(draw.index, pass_number=0) if self.repeats else draw
        make = self.task.pair if isinstance(item, Pair) else self.task
        pair = Pair(*make(item, generator(self.seed, self.stream, draw)))
        return Sample(pair.degraded, pair.clean, unreadable, pair.plan)

    def _read(self, index: int) -> tuple[np.ndarray | Pair, dict[str, str]]:
        passed_over: dict[str, str] = {}
        for step in range(len(self.source)):
            candidate = (index + step) % len(self.source)
            if candidate not in self._unreadable:
                try:
                    return self.source[candidate], passed_over
                except UnreadableImageError as error:
                    self._unreadable[candidate] = (error.path, error.reason)
            path, reason = self._unreadable[candidate]
            passed_over[path] = reason
        raise ValueError(
            f"none of the {plural(len(self.source), 'image')} of {self.source.name} can be decoded; expected "
            "whole files: repair or remove them, or choose another folder"
        )


def collate(samples: list[Sample]) -> Batch:
    """Stack samples of one size."""
    unreadable: dict[str, str] = {}
    for sample in samples:
        unreadable.update(sample.unreadable)
    plans = [sample.plan for sample in samples]
    # Those that have a plan are empty, and of another size than the others.
    degraded = [sample.degraded for sample in samples if sample.plan is None or None not in plans]
    batch = Batch(_stacked(degraded), _stacked([sample.clean for sample in samples]), unreadable)
    return batch if all(plan is None for plan in plans) else batch._replace(plans=plans)


def _stacked(images: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(images))
