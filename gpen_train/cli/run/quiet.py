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
LAUNCHER = "lightning_fabric.strategies.launchers.subprocess_script"


def silence_lightning() -> None:
    """Keep Lightning's warnings, drop its greetings, and let it say why it ends a run."""
    for message in NOISE:
        warnings.filterwarnings("ignore", message)
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(LAUNCHER).setLevel(logging.INFO)
    logging.getLogger(LAUNCHER).addFilter(_in_our_words)


def _in_our_words(record: logging.LogRecord) -> bool:
    """What the launcher says when a process that it started has died; it ends the others then."""
    what = record.getMessage().split(". ")[0]
    record.msg = f"gpen: {what}; the last checkpoint is whole: start again with resume=true"
    return True
