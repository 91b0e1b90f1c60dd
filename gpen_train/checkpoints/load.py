"""Weights in any readable layout, as a GPEN ready for use."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from gpen_train.checkpoints import bundle, yangxy
from gpen_train.checkpoints.layout import BUNDLE, YANGXY_GENERATOR, YANGXY_TRAINING, layout_of
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.gpen import GPEN

READERS: dict[str, Callable[[Mapping[str, Any], str, torch.dtype], GPEN]] = {
    BUNDLE: bundle.from_content,
    YANGXY_GENERATOR: yangxy.gpen_from_state,
    YANGXY_TRAINING: lambda content, source, dtype: yangxy.gpen_from_state(content["g_ema"], source, dtype),
}


def load(path: str | Path, dtype: torch.dtype = torch.float32) -> GPEN:
    """The GPEN in the file at ``path``, whatever its layout, in eval mode on the CPU.

    Nothing in the file is executed. Raises OSError where it cannot be opened, and ValueError, in one line,
    where it is damaged, refused, in an unknown layout, or holds no GPEN.
    """
    content = safe_load(path)
    layout = layout_of(content, str(path))
    if layout not in READERS:
        raise ValueError(
            f"{path} is a {layout}, from which no GPEN can be made; expected one of: {', '.join(READERS)}. "
            f"A training run writes its bundle into the folder export/"
        )
    return READERS[layout](content, str(path), dtype)
