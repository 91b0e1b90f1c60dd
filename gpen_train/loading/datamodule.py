"""Sources, task and workers put together: what a Trainer asks for batches."""

import math

import torch
import torch.distributed as dist
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader

from gpen_train.loading.cache import SharedCache, cached
from gpen_train.loading.dataset import PairDataset, collate
from gpen_train.loading.sampler import BatchSampler, held_out_batches
from gpen_train.parallel import check_shared_memory, loader_of, num_workers_for
from gpen_train.sources.draws import Draw, Stream
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.orders import order_of
from gpen_train.sources.pairs import PairSource
from gpen_train.sources.source import Source
from gpen_train.tasks.pair import Batch, Task


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
        num_workers: int | None = None,  # that load, for each device; None: a core each; 0: the main process
        seed: int = 0,
        cache: bool = True,  # keep decoded images in shared memory, where they fit
        ledger: Ledger | None = None,  # what the sources were scanned with
        fill_first: str | None = None,  # fill the caches before training, under a bar with this title
        repeats: bool = False,  # every pass is as the first one
    ):
        super().__init__()
        if seed < 0:
            raise ValueError(f"seed is {seed}; expected 0 or more")
        self.name, self.fingerprint = train.name, train.fingerprint()  # plain text, for checkpoints
        self.train = cached(train) if cache else train
        self.held_out = cached(held_out) if cache and held_out else held_out
        self.task, self.images, self.batch_size, self.seed = task, images, batch_size, seed
        self.num_workers, self.images_seen, self.fill_first = num_workers, 0, fill_first
        self.repeats = repeats
        self.ledger = ledger or Ledger(len(train) + len(held_out or ()))

    def setup(self, stage: str) -> None:
        """Fill the caches, where asked for: workers and the training step would slow each other down."""
        if not self.fill_first:
            return
        for source, indices in ((self.train, self._seen_by_the_run()), (self.held_out, None)):
            for part in source.parts if isinstance(source, PairSource) else [source]:
                if isinstance(part, SharedCache):
                    seen = range(len(part)) if indices is None else indices
                    part.fill(seen, self._num_workers(), self.fill_first)

    def teardown(self, stage: str) -> None:
        """Say how much was skipped, by all processes together."""
        if dist.is_available() and dist.is_initialized():
            found: list[dict[str, str]] = [{}] * dist.get_world_size()
            dist.all_gather_object(found, self.ledger.bad)
            for bad in found:
                self.ledger.bad.update(bad)
        if self._place()[0] == 0:
            self.ledger.sum_up()

    def train_dataloader(self) -> DataLoader:
        dataset = PairDataset(self.train, self.task, self.seed, Stream.TRAINING, self.repeats)
        return self._loader(dataset, self._batches())

    def val_dataloader(self) -> DataLoader | list:
        """All held-out images, the same pairs at every call and in every process; [] where there are none."""
        if not self.held_out:
            return []
        batches = held_out_batches(len(self.held_out), self.batch_size)
        return self._loader(PairDataset(self.held_out, self.task, self.seed, Stream.VALIDATION), batches)

    def on_before_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """Note bad files; Lightning calls this in the main process for every batch."""
        self.ledger.note(batch.unreadable)
        return batch

    def _batches(self) -> BatchSampler:
        """What this process is yet to see."""
        order = order_of(self.train, self.seed)
        return BatchSampler(order, self.batch_size, self.images, self.images_seen, *self._place())

    def _seen_by_the_run(self) -> list[int]:
        """The images of the batches to come: of a short run not all."""
        seen: set[int] = set()
        for batch in self._batches():
            seen.update(draw.index for draw in batch)
            if len(seen) == len(self.train):
                break
        return sorted(seen)

    def _loader(self, dataset: PairDataset, batches: BatchSampler | list[list[Draw]]) -> DataLoader:
        num_workers = self._num_workers()
        if num_workers:
            check_shared_memory(self._bytes_on_their_way(num_workers))
        return loader_of(
            dataset,
            num_workers,
            batch_sampler=batches,
            collate_fn=collate,
            persistent_workers=num_workers > 0,
            pin_memory=torch.cuda.is_available(),
        )

    def _num_workers(self) -> int:
        """For this device: the cores are shared by the devices of the machine."""
        return num_workers_for(self.num_workers, self.trainer.num_devices if self.trainer else 1)

    def _bytes_on_their_way(self, num_workers: int) -> int:
        """Of batches that workers have made and no step has used: two a worker, and the one in use."""
        image = self.train.resolution**2 * 3  # the degraded one is no larger
        return (2 * num_workers + 1) * 2 * image * math.ceil(self.batch_size / self._place()[1])

    def _place(self) -> tuple[int, int]:
        """Rank of this process and number of processes."""
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
