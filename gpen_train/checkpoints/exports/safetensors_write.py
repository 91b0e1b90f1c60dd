"""Our models as one safetensors file: the bundle's tensors, its args as JSON in the metadata."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from gpen_train.checkpoints.bundle import PARTS, bundle_content
from gpen_train.checkpoints.formats.safetensors import LAYOUT
from gpen_train.checkpoints.parts import joined
from gpen_train.files import atomic_path
from gpen_train.models.gpen import GPEN


def save_safetensors(
    model: GPEN,
    path: str | Path,
    training: Mapping[str, Any] | None = None,
    task: str | None = None,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write ``model`` as tensors ``encoder.*``, ``mapper.*``, ``generator.*``; the file appears whole or not.

    ``training`` and ``task`` are those of ``save_bundle``, and so are the errors. Keys of dicts in ``args``
    that are numbers become strings, the only ones that JSON has.
    """
    content = bundle_content(model, training, task, dtype)
    metadata = {"format": "pt", "layout": LAYOUT, "args": json.dumps(vars(content["args"]))}
    tensors = joined({part: content[part] for part in PARTS})
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, metadata)
