"""Models written as files of our own."""

from pathlib import Path
from typing import Any

from gpen_train.checkpoints.bundle import save_bundle
from gpen_train.checkpoints.prior_file import save_prior
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior


def save(model: GPEN | Prior, path: str | Path, *arguments: Any, **options: Any) -> None:
    """Write a GPEN as a bundle (see ``save_bundle``), a prior as a prior's file (see ``save_prior``)."""
    writer = save_prior if isinstance(model, Prior) else save_bundle
    writer(model, path, *arguments, **options)
