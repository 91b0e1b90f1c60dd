"""When a run's files go to where they are kept as well."""

from collections.abc import Callable

from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.training.callbacks.schedule import is_due


class Mirrored(Callback):
    """Call ``put`` after what every so many images is written, by any of ``intervals``, and at the end.

    It stands behind the callbacks that write. Only the first process calls it.
    """

    def __init__(self, put: Callable[[], None], intervals: tuple[int, ...]) -> None:
        self.put, self.intervals = put, intervals

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: object) -> None:
        if trainer.is_global_zero and any(is_due(every, module, trainer) for every in self.intervals):
            self.put()

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if trainer.is_global_zero:
            self.put()
