"""The progress bar of training, counted in images."""

import sys
from time import monotonic
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_UPDATES = 0.5  # reading the losses waits for the device
SECONDS_BETWEEN_LINES = 20.0  # where the output is no terminal


class ImageProgress(Callback):
    """A bar with images, images a second, time left and losses; a plain line now and then in a log file."""

    def __init__(self, images: int) -> None:
        self.images = images
        self._bar: Progress | None = None

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._start, self._first = monotonic(), module.images_seen
        self._last_update = self._start
        if trainer.is_global_zero and sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("training"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("images"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[status]}"),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("", total=self.images, completed=self._first, status="")
            self._bar.start()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        pause = SECONDS_BETWEEN_UPDATES if self._bar else SECONDS_BETWEEN_LINES
        if not trainer.is_global_zero or monotonic() - self._last_update < pause:
            return
        self._last_update = monotonic()
        if self._bar:
            self._bar.update(self._task, completed=module.images_seen, status=self._status(module))
            return
        left = (self.images - module.images_seen) / max(self._speed(module), 1e-9)
        line = f"{module.images_seen}/{self.images} images, {left:.0f} s left, {self._status(module)}"
        print(line, file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self._close()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar:
            self._bar.stop()

    def _speed(self, module: LightningModule) -> float:
        return (module.images_seen - self._first) / (monotonic() - self._start)

    def _status(self, module: LightningModule) -> str:
        losses = " ".join(f"{name} {value:.3f}" for name, value in module.step.means.peek().items())
        return f"{self._speed(module):.1f} images/s {losses}"
