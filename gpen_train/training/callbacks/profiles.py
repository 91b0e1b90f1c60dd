"""When power-function averages are stored: wherever a checkpoint is due, and at the run's end."""

from pathlib import Path
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.checkpoints.averages import profiles_in
from gpen_train.training.callbacks.schedule import is_due


class StoredProfiles(Callback):
    """Write them into ``folder`` every ``every`` images (0: never) and when all ``images`` are seen.

    Before the checkpoint of that moment: a run that is killed between them writes the same files again. A
    checkpoint that a signal asked for has none, so that the files of an interrupted run are the same too.
    """

    def __init__(self, folder: Path, every: int, images: int) -> None:
        self.folder, self.every, self.images = folder, every, images

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Drop those of steps that a resumed run makes again."""
        if trainer.is_global_zero:
            for path, profile in profiles_in(self.folder).items():
                if profile.images > module.images_seen:
                    path.unlink()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        is_last = module.images_seen >= self.images
        if not trainer.is_global_zero or module.step.health.in_a_row:
            return
        if is_last or is_due(self.every, module, trainer):
            module.write_profiles(self.folder)
