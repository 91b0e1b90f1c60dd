"""How fast a run is, and how much of its time it waits for data."""

from time import monotonic
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.profilers import Profiler

from gpen_train.training.callbacks.metrics_file import MetricsFile
from gpen_train.training.callbacks.schedule import is_due
from gpen_train.words import decimal, percent

WAITS = ".train_dataloader_next"  # the end of Lightning's name for asking the loader for a batch
GB = 1e9


class WaitMeter(Profiler):
    """Lightning's profiler, of which one figure is kept: the seconds that the steps waited for a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._since = 0.0

    def start(self, action_name: str) -> None:
        if action_name.endswith(WAITS):
            self._since = monotonic()

    def stop(self, action_name: str) -> None:
        if action_name.endswith(WAITS):
            self.seconds += monotonic() - self._since


class Lap:
    """What was done since it was begun."""

    def __init__(self, trainer: Trainer, module: LightningModule) -> None:
        self.began, self.first = monotonic(), module.images_seen
        self.waited = _waited(trainer)

    def figures(self, trainer: Trainer, module: LightningModule) -> dict[str, float]:
        """Images a second, seconds a thousand images, the share of waiting (0 to 1), GB of a GPU at most."""
        seconds = max(monotonic() - self.began, 1e-9)
        speed = (module.images_seen - self.first) / seconds
        found = {
            "images_per_second": speed,
            "seconds_per_kimg": 1000 / max(speed, 1e-9),
            "share_waiting_for_data": (_waited(trainer) - self.waited) / seconds,
        }
        if module.device.type == "cuda":
            found["device_memory_gb"] = torch.cuda.max_memory_allocated(module.device) / GB
        return found


class SpeedReport(Callback):
    """Log the figures of each ``every`` images, and print those of the whole run at its end.

    No two runs are equally fast, and what metrics.csv holds is the same in all of them: it gets none.
    """

    def __init__(self, every: int) -> None:
        self.every = every

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._run = self._lap = Lap(trainer, module)

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if not is_due(self.every, module, trainer):
            return
        figures = self._lap.figures(trainer, module)
        for logger in trainer.loggers:
            if not isinstance(logger, MetricsFile):
                logger.log_metrics(figures, module.images_seen)
        self._lap = Lap(trainer, module)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if trainer.is_global_zero and module.images_seen > self._run.first:
            print(in_words(self._run.figures(trainer, module)), flush=True)


def in_words(figures: dict[str, float]) -> str:
    """The figures of ``Lap`` as a line."""
    speed, per_kimg = decimal(figures["images_per_second"], 3), decimal(figures["seconds_per_kimg"], 3)
    waiting = percent(figures["share_waiting_for_data"])
    line = f"trained at {speed} images/s ({per_kimg} s a thousand), {waiting} of the time waiting for data"
    memory = figures.get("device_memory_gb")
    return line if memory is None else f"{line}, {decimal(memory, 3)} GB of the GPU's memory at most"


def _waited(trainer: Trainer) -> float:
    return trainer.profiler.seconds if isinstance(trainer.profiler, WaitMeter) else 0.0
