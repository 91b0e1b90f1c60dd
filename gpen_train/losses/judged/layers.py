"""Losses on several layers of a network: which of them are computed, and that the network has them."""

from collections.abc import Mapping, Sequence


def with_weight(layers: Mapping[str, float]) -> dict[str, float]:
    """Those that are computed."""
    return {layer: weight for layer, weight in layers.items() if weight}


def check_layers(
    name: str,  # the setting
    layers: Mapping[str, float],  # {layer: weight}
    known: Sequence[str],  # what the network has
    is_on: bool,  # whether the loss is computed
    example: str,  # a layer to try
) -> None:
    """Raise ValueError for a layer that there is not, and where a loss that is on has no layer to look at."""
    for layer in layers:
        if layer not in known:
            raise ValueError(f"{name} has {layer!r}; choose from: {', '.join(known)}")
    if is_on and not with_weight(layers):
        raise ValueError(f"{name} gives no layer a weight; give one, such as {example}: 1")
