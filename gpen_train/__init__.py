"""gpen_train: train, fine-tune, evaluate and export GPEN face-restoration models."""

import importlib
from typing import Any

__version__ = "0.1.0"

# Found on first use, so that `import gpen_train` and `gpen --help` do not wait for torch.
_LAZY = {
    "Restorer": "gpen_train.restoration.restorer.Restorer",
    "from_pretrained": "gpen_train.checkpoints.exports.hub.from_pretrained",
    "load": "gpen_train.checkpoints.load.load",
    "save": "gpen_train.checkpoints.save.save",
}
__all__ = ["Restorer", "__version__", "from_pretrained", "load", "save"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _LAZY[name].rpartition(".")
    return getattr(importlib.import_module(module), attribute)
