"""The parts of a network in the names of its state dict, and how many parameters they have."""

from collections.abc import Mapping
from typing import Any

from gpen_train.checkpoints.formats.declared import is_tensor
from gpen_train.quote import quoted

# What the names of constants contain, which layouts of others keep beside their parameters.
CONSTANTS = ("kernel", "noises.noise_", "resample_filter", "noise_const", "w_avg", "running_", "num_batches")
# What the names of each part begin with; a name belongs to the first that fits.
LIGHTNING = {
    "encoder": ("model.encoder.",),
    "mapper": ("model.mapper.",),
    "generator": ("model.generator.",),
    "averaged": ("averaged.",),
    "discriminator": ("discriminator.",),
    "others": ("",),
}
STATE = {part: (f"{part}.",) for part in ("encoder", "mapper", "generator")}
YANGXY = {"encoder": ("ecd", "final_linear"), "mapper": ("generator.style.",), "generator": ("generator.",)}
ROSINALITY = {"mapper": ("style.",), "generator": ("",)}
NVLABS = {"mapper": ("mapping.",), "generator": ("synthesis.",)}
RESNET = {"encoder": ("conv1.", "bn1.", "layer"), "classifier": ("fc.",)}


def check_state(state: Mapping[Any, Any], source: str, where: str = "") -> None:
    """Raise ValueError unless ``state`` holds tensors alone, under names; ``where`` says which it is."""
    for name, value in state.items():
        if not isinstance(name, str):
            raise ValueError(
                f"{source} holds the key {quoted(name)}{where}, for a {type(value).__name__}; expected names"
            )
        if not is_tensor(value):
            raise ValueError(
                f"{source} holds the {type(value).__name__} {quoted(value)} as {quoted(name)}{where}; "
                f"expected a tensor"
            )


def tensors_of(state: Any) -> dict[str, Any]:
    """The tensors of a state dict, by name; none where it is no state dict."""
    items = state.items() if isinstance(state, Mapping) else ()
    return {str(name): tensor for name, tensor in items if is_tensor(tensor)}


def joined(states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """State dicts as one: each name after that of its part, as ``encoder.conv1.weight``."""
    return {f"{part}.{name}": tensor for part, state in states.items() for name, tensor in state.items()}


def under(state: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What of a state dict has names that start with ``prefix``, without it."""
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def count(state: Any) -> int:
    """The parameters in a state dict."""
    tensors = tensors_of(state)
    return sum(t.numel() for name, t in tensors.items() if not any(word in name for word in CONSTANTS))


def count_by_part(state: Any, starts: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """The parameters of each part, of those that have any."""
    owned: dict[str, dict[str, Any]] = {part: {} for part in starts}
    for name, tensor in tensors_of(state).items():
        owner = next((part for part, start in starts.items() if name.startswith(start)), None)
        if owner:
            owned[owner][name] = tensor
    counts = {part: count(tensors) for part, tensors in owned.items()}
    return {part: number for part, number in counts.items() if number}
