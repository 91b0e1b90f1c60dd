"""Which settings of a GPEN would fit weights that do not fit the settings they came with."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from gpen_train.quote import quoted

if TYPE_CHECKING:
    from torch import Tensor

State = Mapping[str, "Tensor"]


def settings_hint(settings: Mapping[str, Any], state: State, fits: Callable[[dict], bool]) -> str:
    """``; with channel_max=12 instead of 16 .. it would fit``, or nothing where no change would do.

    ``fits`` builds and compares: a hint is given only where it holds.
    """
    changes = {name: value for name, value in shown_by(state).items() if settings.get(name) != value}
    for change in [*({name: value} for name, value in changes.items()), changes]:
        if change and fits({**settings, **change}):
            words = [
                f"{name}={value} instead of {quoted(settings.get(name))}" for name, value in change.items()
            ]
            return f"; with {', '.join(words)} in its settings (args.model) it would fit"
    return ""


def shown_by(state: State) -> dict[str, Any]:
    """The arguments of ``build_gpen`` that the names and shapes of a GPEN's state show, as far as they do.

    What does not show is ``unfed``.
    """
    side = _finest(state, "generator.b")
    width = _size(state, f"generator.b{side}.conv1.weight", 0)
    channels = _size(state, "generator.b4.const", 1)
    fed = {name: tensor for name, tensor in state.items() if ".project." in name}
    doubled = channels and _size(state, "generator.b4.conv1.bias", 0) == 2 * channels
    depths = [num_layers(state, f"encoder.layer{stage}.{{}}.conv1.weight", 0) for stage in range(1, 5)]
    first = 1 if "mapper.norm.weight" in state else 0  # from which the MLP's layers are numbered
    shown = {
        "output_resolution": side,
        "input_resolution": _finest(state, "encoder.b") or _finest(fed, "generator.b"),
        "encoder": "resnet50" if "encoder.conv1.weight" in state else _finest(state, "encoder.b") and "plain",
        "encoder_width": _size(state, "encoder.conv1.weight", 0),
        "encoder_depths": depths if all(depths) else None,
        "style_dim": _size(state, f"mapper.fc{first}.weight", 0),
        "mapper": "mlp" if first else "stylegan2",
        "mapper_layers": num_layers(state, "mapper.fc{}.weight", first),
        "channel_base": width * side if width and side else None,
        "channel_max": channels,
        "injection": "project" if fed else doubled and "concat",
    }
    return {name: value for name, value in shown.items() if value}


def _finest(state: State, prefix: str) -> int | None:
    """The largest r of the names ``{prefix}{r}.*``."""
    found = {name.removeprefix(prefix).split(".")[0] for name in state if name.startswith(prefix)}
    return max((int(side) for side in found if side.isdecimal() and len(side) < 5), default=None)


def num_layers(state: State, pattern: str, first: int = 0) -> int:
    """How many names ``pattern``, numbered from ``first`` on, stand in ``state``."""
    return next(index for index in count(first) if pattern.format(index) not in state) - first


def _size(state: State, name: str, dim: int) -> int | None:
    return state[name].shape[dim] if name in state and state[name].ndim > dim else None
