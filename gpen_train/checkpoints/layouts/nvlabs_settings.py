"""What the names and shapes of NVlabs' StyleGAN2 say of it: the settings of our own that build one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gpen_train.checkpoints.formats.errors import OtherNetwork
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layout import NVLABS, STATES
from gpen_train.quote import quoted_names

if TYPE_CHECKING:
    from torch import Tensor

SYNTHESIS, MAPPING = "synthesis.", "mapping."


def settings_of(state: Mapping[str, "Tensor"], source: str) -> dict[str, Any]:
    """The arguments of ``build_prior`` that give a network of these shapes; OtherNetwork for another kind."""
    check_generator(state, source)
    resolution = _resolution(state, SYNTHESIS)
    if resolution < 8:
        raise ValueError(f"{source} holds a StyleGAN2 of {resolution} px; expected 8 px or more")
    return {
        "output_resolution": resolution,
        "style_dim": state["mapping.fc0.weight"].shape[0],
        "mapper_layers": sum(name.startswith("mapping.fc") and name.endswith(".weight") for name in state),
        "channel_base": resolution * _width(state, f"synthesis.b{resolution}.conv1.weight", source),
        "channel_max": state["synthesis.b4.const"].shape[0],
        "injection": "project",
    }


def check_generator(state: Mapping[str, "Tensor"], source: str) -> None:
    """Raise OtherNetwork, with what it is, for a generator that is no unconditional StyleGAN2."""
    if any(name.startswith(("synthesis.input.", "synthesis.L0_")) for name in state):
        raise OtherNetwork(f"{source} holds a StyleGAN3; of NVlabs' networks only StyleGAN2 is read")
    if any(name.startswith("mapping.embed.") for name in state):
        raise OtherNetwork(
            f"{source} holds a network conditioned on classes; expected an unconditional one (c_dim 0)"
        )
    if "synthesis.b4.const" not in state or "mapping.fc0.weight" not in state:
        raise OtherNetwork(
            f"{source} holds {quoted_names(state)}; expected StyleGAN2's synthesis.b4.const, mapping.fc0 .."
        )
    if "synthesis.b8.skip.weight" in state or "synthesis.b4.torgb.weight" not in state:
        found = "resnet" if "synthesis.b8.skip.weight" in state else "orig"
        raise OtherNetwork(f"{source} holds a generator of architecture {found!r}; only 'skip' is read")
    w_dim, *z_dim = state["mapping.fc0.weight"].shape
    if z_dim != [w_dim]:
        raise OtherNetwork(f"{source} holds a mapping from z_dim {z_dim} to w_dim {w_dim}; expected the same")


def check_discriminator(state: Mapping[str, "Tensor"], source: str) -> None:
    """Raise OtherNetwork, with what it is, for a discriminator that is no unconditional residual one."""
    if any(name.startswith("mapping.") for name in state):
        raise OtherNetwork(f"{source} holds a discriminator conditioned on classes; expected c_dim 0")
    num_from_rgb = sum(name.endswith("fromrgb.weight") for name in state)
    has_skips = any(name.endswith("skip.weight") for name in state)
    if num_from_rgb > 1 or not has_skips:
        found = "skip" if num_from_rgb > 1 else "orig"
        raise OtherNetwork(f"{source} holds a discriminator of architecture {found!r}; only 'resnet' is read")


def discriminator_settings_of(state: Mapping[str, "Tensor"], source: str) -> dict[str, Any]:
    """The arguments of ``Discriminator``, the group size apart, that give a network of these shapes.

    They are our own names too, so this reads a discriminator of ours as well. OtherNetwork for another kind.
    """
    check_discriminator(state, source)
    resolution = _resolution(state, "")
    return {
        "resolution": resolution,
        "channel_base": resolution * _width(state, f"b{resolution}.fromrgb.weight", source),
        "channel_max": _width(state, "b4.conv.weight", source),
    }


def states_of(content: Mapping[str, Any]) -> dict[str, Mapping[str, "Tensor"]]:
    """The state dicts in a file's content, which are its networks' or stand there themselves."""
    states = {key: value.state if isinstance(value, Persistent) else value for key, value in content.items()}
    return {
        key: state for key, state in states.items() if key in STATES[NVLABS] and isinstance(state, Mapping)
    }


def _resolution(state: Mapping[str, "Tensor"], prefix: str) -> int:
    """The finest r of the names ``{prefix}b{r}.*``, 0 where there is none."""
    blocks = {name.removeprefix(prefix).split(".")[0] for name in state if name.startswith(f"{prefix}b")}
    return max((int(block[1:]) for block in blocks if block[1:].isdecimal()), default=0)


def _width(state: Mapping[str, "Tensor"], name: str, source: str) -> int:
    if name not in state or state[name].ndim == 0:
        raise ValueError(f"{source} lacks {name}; expected NVlabs' StyleGAN2")
    return state[name].shape[0]
