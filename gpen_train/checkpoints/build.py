"""Models built around weights that were read, without a second copy in memory."""

from collections.abc import Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from gpen_train.models.gpen import GPEN, build_gpen

Model = TypeVar("Model", bound=nn.Module)


def build_with(
    settings: Mapping[str, Any], state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32
) -> GPEN:
    """``build_gpen(**settings)`` holding ``state`` itself, in ``dtype`` and eval mode.

    Raises ValueError where the settings build no model, or a parameter is missing, unknown or misshapen.
    """
    try:
        with torch.device("meta"):
            model = build_gpen(**settings)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{source} holds settings that build no model: {error}") from error
    return fill(model, state, source, dtype)


def fill(model: Model, state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32) -> Model:
    """``model`` in eval mode around the tensors of ``state``, which are copied only to change their dtype."""
    check_fit(model.state_dict(), state, source)
    model.load_state_dict({name: tensor.to(dtype) for name, tensor in state.items()}, assign=True)
    return model.eval()


def check_fit(expected: Mapping[str, Tensor], found: Mapping[str, Tensor], source: str) -> None:
    """Raise ValueError on the first parameter of ``found`` that is missing, unknown or of another shape."""
    for name, tensor in expected.items():
        if not isinstance(found.get(name), Tensor):
            raise ValueError(f"{source} lacks {name} {list(tensor.shape)}, which its model needs")
        if found[name].shape != tensor.shape:
            raise ValueError(
                f"{source} holds {name} of shape {list(found[name].shape)}; "
                f"its model expects {list(tensor.shape)}"
            )
    unknown = [name for name in found if name not in expected]
    if unknown:
        raise ValueError(f"{source} holds {', '.join(unknown[:4])}, which its model does not have")
