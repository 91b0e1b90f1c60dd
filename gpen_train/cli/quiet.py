"""What other packages print at every start and no user can act on."""

import logging
import warnings

NOISE = (
    "You passed in a `val_dataloader` but have no `validation_step`",  # ours is a callback
    r"Found \d+ module\(s\) in eval mode at the start of training",  # the averaged model
    "`isinstance.treespec, LeafSpec.` is deprecated",
    "The 'train_dataloader' does not have many workers",
    "The 'val_dataloader' does not have many workers",
    "Please use the new API settings to control TF32 behavior",
)


def silence_lightning() -> None:
    """Keep Lightning's warnings and drop its greetings."""
    for message in NOISE:
        warnings.filterwarnings("ignore", message)
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
