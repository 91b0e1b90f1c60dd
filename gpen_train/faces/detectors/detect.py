"""The faces that a detector finds."""

from functools import cache
from importlib import import_module
from textwrap import shorten

import numpy as np

from gpen_train.faces.detectors.table import DETECTORS
from gpen_train.faces.face import Detector, Face


def detect(name: str, photo: np.ndarray) -> list[Face]:
    """The faces in a photo, uint8 RGB [H, W, 3]; in what order is the detector's affair.

    Raises ValueError, in one line, where the detector itself fails: mostly for want of its weights.
    """
    try:
        return started(name)(photo)
    except Exception as error:  # six packages, each with errors of its own
        reason = shorten(str(error), 200, placeholder=" ..") or type(error).__name__
        raise ValueError(
            f"the detector {name} failed ({reason}); see where it wants its weights, or choose another"
        ) from error


@cache  # one a process: they take seconds to start
def started(name: str) -> Detector:
    """The detector of that name, ready."""
    module, _, function = DETECTORS[name].build.rpartition(".")
    return getattr(import_module(f"gpen_train.faces.detectors.{module}"), function)()
