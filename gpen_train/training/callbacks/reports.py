"""What a run writes while it trains: loss terms, held-out scores and sample grids."""

from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.images import write_image
from gpen_train.training.callbacks.metrics_file import MetricsFile
from gpen_train.training.callbacks.schedule import is_due


def show_to_all(trainer: Trainer, name: str, sheet: np.ndarray, images: int) -> None:
    """Hand uint8 [H, W, 3] to every logger that takes pictures."""
    for logger in trainer.loggers:
        if hasattr(logger, "log_sheet"):
            logger.log_sheet(name, sheet, images)


def log_to_all(trainer: Trainer, metrics: dict[str, float], images: int) -> None:
    """Hand ``metrics`` to every logger, with the images seen as the step."""
    for logger in trainer.loggers:
        logger.log_metrics(metrics, images)


class LossReport(Callback):
    """Log the mean of each loss term every ``every`` images, with what else moves."""

    def __init__(self, every: int) -> None:
        self.every = every

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        for logger in trainer.loggers:
            if isinstance(logger, MetricsFile):
                logger.forget_after(module.images_seen)

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if not is_due(self.every, module, trainer):
            return
        log_to_all(trainer, {**module.step.means.take(), **module.state_of_training()}, module.images_seen)


class HeldOutReport(Callback):
    """Before the first step and every ``every`` images: scores of the averaged model on held-out images, and
    a grid of the first ones.

    The grid (degraded | restored | clean, or faces of a prior) goes to ``folder/IMAGES.png``.
    """

    def __init__(self, folder: Path, every: int, num_shown: int = 8) -> None:
        self.folder, self.every, self.num_shown = folder, every, num_shown

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._batches = trainer.datamodule.val_dataloader()

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        if self.every and module.images_seen == 0:
            self._report(trainer, module)

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if is_due(self.every, module, trainer):
            self._report(trainer, module)

    def _report(self, trainer: Trainer, module: LightningModule) -> None:
        if not self._batches:
            return
        logged = None
        if trainer.is_global_zero or module.is_sharded:  # a split model runs on all devices together
            evaluation = module.evaluate(self._batches, self.num_shown)
        if trainer.is_global_zero:
            write_image(self.folder / f"{module.images_seen:06d}.png", evaluation.sheet)
            log_to_all(trainer, evaluation.logged, module.images_seen)
            show_to_all(trainer, "held_out", evaluation.sheet, module.images_seen)
            logged = evaluation.logged
        module.latest_evaluation = (module.images_seen, trainer.strategy.broadcast(logged))


class LowerRates(Callback):
    """After trouble: multiply the learning rates by ``factor``, once the checkpoint's have been restored."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        module.lower_rates(self.factor)
