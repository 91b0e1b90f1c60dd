"""What the names and shapes of rosinality's StyleGAN2 say of it: the settings of our own that build one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def settings_of(state: Mapping[str, "Tensor"], source: str) -> dict[str, Any]:
    """The arguments of ``build_prior`` that give a network of these shapes."""
    num_doublings = sum(name.startswith("to_rgbs.") and name.endswith(".conv.weight") for name in state)
    num_layers = sum(name.startswith("style.") and name.endswith(".weight") for name in state)
    resolution = 4 * 2**num_doublings
    finest = f"convs.{2 * num_doublings - 1}.conv.weight"  # [1, O, I, 3, 3]
    for name in ("style.1.weight", "input.input", finest):
        if name not in state:
            raise ValueError(f"{source} lacks {name}; expected rosinality's StyleGAN2 generator")
    return {
        "output_resolution": resolution,
        "style_dim": state["style.1.weight"].shape[0],
        "mapper_layers": num_layers,
        "channel_base": resolution * state[finest].shape[1],
        "channel_max": state["input.input"].shape[1],
        "injection": "project",
    }
