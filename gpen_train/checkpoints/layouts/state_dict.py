"""A GPEN's state dict by itself, under our names: its settings are taken from names and shapes.

That is what remains of a safetensors file of ours where a reader drops its metadata, and of
``torch.save(model.state_dict())``.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from gpen_train.checkpoints.build import build_with
from gpen_train.checkpoints.hint import shown_by
from gpen_train.models.gpen import GPEN


def gpen_from_state(state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32) -> GPEN:
    """The model of these names and shapes around ``state``, in eval mode; ``source`` names it in errors.

    Whether blocks finer than the input take noise does not show: here they take nothing, as by default.
    Raises ValueError where the shapes are those of no GPEN.
    """
    return build_with(shown_by(state), state, source, dtype)
