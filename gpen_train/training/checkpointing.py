"""Training checkpoints: written whole or not at all, at fixed numbers of images and on a signal."""

import os
import signal
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO
from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.files import atomic_file
from gpen_train.training.schedule import is_due


class AtomicCheckpointIO(TorchCheckpointIO):
    """Write beside the target and rename; Lightning goes through TMPDIR, and a kill can empty the file."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        with atomic_file(path) as file:
            torch.save(checkpoint, file)

    def load_checkpoint(self, path: str | Path, *_: Any, **__: Any) -> dict[str, Any]:
        """Read with nothing executed, onto the CPU; ValueError where the file is damaged."""
        return safe_load(path)


class Checkpoints(Callback):
    """Keep ``folder/last.ckpt``: every ``every`` images, at the end, and when asked to stop.

    SIGTERM, SIGUSR1 and Ctrl-C only set a flag: the checkpoint is written between two steps, never between
    the discriminator's and the generator's.
    """

    SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)

    def __init__(self, folder: Path, every: int) -> None:
        self.path, self.every = folder / "last.ckpt", every
        self.received: int | None = None  # the signal that stopped the run
        self._previous: dict[int, Any] = {}

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        # Not before: Lightning sets handlers of its own when the fit has started.
        self._previous = {number: signal.signal(number, self._receive) for number in self.SIGNALS}

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if self.received is not None:
            trainer.should_stop = True
        if self.received is not None or is_due(self.every, module, trainer):
            trainer.save_checkpoint(self.path)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if self.received is None:
            trainer.save_checkpoint(self.path)
        self._restore_handlers()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._restore_handlers()

    def _restore_handlers(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}

    def _receive(self, number: int, frame: object) -> None:
        if self.received is not None and number == signal.SIGINT:  # a second Ctrl-C does not wait
            os._exit(128 + number)
        self.received = number
