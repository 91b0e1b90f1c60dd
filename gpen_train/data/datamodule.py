"""Sources, task and workers put together: what a Trainer asks for batches."""

import cv2
import torch
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader

from gpen_train.data.cache import cached
from gpen_train.data.dataset import Batch, PairDataset, Task, collate
from gpen_train.data.ledger import Ledger
from gpen_train.data.sampler import BatchSampler, Draw, Stream, held_out_batches
from gpen_train.data.source import Source


class FaceDataModule(LightningDataModule):
    """Batches of degraded and clean images, bit-equal for any number of workers.

    To go on with a run, set ``images_seen`` before the Trainer asks for the training batches; nothing else
    has a state. Give the Trainer ``use_distributed_sampler=False``: each process gets its part of a batch
    from here. Bad files are named once each, wherever they turn up (``ledger``).
    """

    def __init__(
        self,
        train: Source,
        held_out: Source | None,  # None or an empty one: nothing is held out
        task: Task,
        images: int,  # to see in the whole run, rounded up to whole batches
        batch_size: int = 16,  # images a step, over all devices
        num_workers: int = 2,  # processes that load images, for each device; 0 loads in the main process
        seed: int = 0,
        cache: bool = True,  # keep decoded images in shared memory, where they fit
        ledger: Ledger | None = None,  # what the sources were scanned with
    ):
        super().__init__()
        if seed < 0:
            raise ValueError(f"seed is {seed}; expected 0 or more")
        self.name, self.fingerprint = train.name, train.fingerprint()  # plain text, for checkpoints
        self.train = cached(train) if cache else train
        self.held_out = cached(held_out) if cache and held_out else held_out
        self.task, self.images, self.batch_size, self.seed = task, images, batch_size, seed
        self.num_workers, self.images_seen = num_workers, 0
        self.ledger = ledger or Ledger(len(train) + len(held_out or ()))

    def train_dataloader(self) -> DataLoader:
        batches = BatchSampler(
            len(self.train), self.batch_size, self.images, self.seed, self.images_seen, *self._place()
        )
        return self._loader(PairDataset(self.train, self.task, self.seed, Stream.TRAINING), batches)

    def val_dataloader(self) -> DataLoader | list:
        """The held-out images, the same pairs at every call; an empty list where there are none."""
        if not self.held_out:
            return []
        batches = held_out_batches(len(self.held_out), self.batch_size, *self._place())
        return self._loader(PairDataset(self.held_out, self.task, self.seed, Stream.VALIDATION), batches)

    def on_before_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """Note bad files; Lightning calls this in the main process for every batch."""
        self.ledger.note(batch.unreadable)
        return batch

    def _loader(self, dataset: PairDataset, batches: BatchSampler | list[list[Draw]]) -> DataLoader:
        return DataLoader(
            dataset,
            batch_sampler=batches,
            collate_fn=collate,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            worker_init_fn=start_worker,
            pin_memory=torch.cuda.is_available(),
        )

    def _place(self) -> tuple[int, int]:
        """Rank of this process and number of processes."""
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)


def start_worker(worker: int) -> None:
    """One thread a worker. Not setNumThreads(1): after a fork that waits forever for the parent's threads."""
    cv2.setNumThreads(0)
