"""What the names and shapes of yangxy/GPEN's networks say of them: the settings of our own that build one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gpen_train.checkpoints.formats.errors import OtherNetwork
from gpen_train.checkpoints.hint import num_layers

if TYPE_CHECKING:
    from torch import Tensor


def settings_of(state: Mapping[str, "Tensor"], source: str = "it") -> dict[str, Any]:
    """The arguments of ``build_gpen`` that give a network of these shapes, from yangxy/GPEN's state dict.

    Channels follow min(base // resolution, max), so the two ends of the generator say both. OtherNetwork
    where the encoder has fewer stages than the generator.
    """
    num_doublings = num_layers(state, "generator.to_rgbs.{}.bias")
    num_halvings = max(len({name.split(".")[0] for name in state if name.startswith("ecd")}), 1) - 1
    resolution = 4 * 2**num_doublings
    if num_halvings < num_doublings:
        raise OtherNetwork(
            f"{source} is yangxy/GPEN's FullGenerator_SR, from {4 * 2**num_halvings} px to {resolution} px, "
            f"whose finer blocks take noise as wide as features; only FullGenerator, of one size, is read"
        )
    return {
        "output_resolution": resolution,
        "input_resolution": resolution,
        "encoder": "plain",
        "style_dim": _size(state, "final_linear.0.bias", 0),
        "mapper": "stylegan2",
        "mapper_layers": num_layers(state, "generator.style.{}.bias", first=1),
        "channel_base": resolution * _size(state, "ecd0.0.0.weight", 0),
        "channel_max": _size(state, "generator.input.input", 1),
        "injection": "concat",
    }


def discriminator_settings_of(state: Mapping[str, "Tensor"]) -> dict[str, Any]:
    """The arguments of ``Discriminator`` that give a network of these shapes."""
    resolution = 4 * 2 ** num_layers(state, "convs.{}.skip.1.weight", first=1)
    return {
        "resolution": resolution,
        "channel_base": resolution * _size(state, "convs.0.0.weight", 0),
        "channel_max": _size(state, "final_conv.0.weight", 0),
    }


def _size(state: Mapping[str, "Tensor"], name: str, dim: int) -> int:
    if name not in state or state[name].ndim <= dim:
        raise OtherNetwork(f"the state dict lacks {name}; expected a yangxy/GPEN network")
    return state[name].shape[dim]
