"""When something that happens every so many images is due."""

from pytorch_lightning import LightningModule, Trainer


def is_due(every: int, module: LightningModule, trainer: Trainer) -> bool:
    """Whether the step just made took the images seen to or past a multiple of ``every``. 0: never."""
    seen, before = module.images_seen, module.images_seen - trainer.datamodule.batch_size
    return every > 0 and seen // every > before // every
