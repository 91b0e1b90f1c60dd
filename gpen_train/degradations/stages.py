"""The stages by name, and how they are built from plain values and described by them."""

from collections.abc import Callable, Mapping
from typing import Any

from gpen_train.degradations.blur import Blur
from gpen_train.degradations.colour import ColourJitter, ColourShift, Grey, Haze
from gpen_train.degradations.fading import Fading
from gpen_train.degradations.foreign import PREFIX, Foreign
from gpen_train.degradations.geometry import Shift
from gpen_train.degradations.interlacing import Interlacing
from gpen_train.degradations.jpeg import Compression
from gpen_train.degradations.low_light import LowLight
from gpen_train.degradations.noise import Noise
from gpen_train.degradations.paper import Paper
from gpen_train.degradations.resize import Downsample, Rescale, ResizeBack
from gpen_train.degradations.scratches import Scratches
from gpen_train.degradations.stage import Stage, argument_names, plain
from gpen_train.degradations.video import VideoCompression
from gpen_train.near import near_names

STAGES: dict[str, type[Stage]] = {
    "blur": Blur,
    "downsample": Downsample,
    "rescale": Rescale,
    "noise": Noise,
    "compression": Compression,
    "video_compression": VideoCompression,
    "resize_back": ResizeBack,
    "grey": Grey,
    "haze": Haze,
    "colour_shift": ColourShift,
    "colour_jitter": ColourJitter,
    "fading": Fading,
    "paper": Paper,
    "scratches": Scratches,
    "low_light": LowLight,
    "interlacing": Interlacing,
    "shift": Shift,
}
NAMES = {stage_class: name for name, stage_class in STAGES.items()}


def name_of(stage: Stage) -> str:
    """The name of a stage's kind, as settings and plans give it."""
    return stage.name if isinstance(stage, Foreign) else NAMES[type(stage)]


def build_stages(group: str, settings: Any) -> dict[str, tuple[Stage, str | None]]:
    """Build stages and the set each belongs to, by label; a label with None for settings is left out."""
    if not isinstance(settings, Mapping):
        raise ValueError(
            f"degradation {group} is {settings!r}; expected stages by label, such as blur: {{sigma: [0, 5]}}"
        )
    return {label: _build_stage(label, values) for label, values in settings.items() if values is not None}


def settings_of(label: str, stage: Stage, only: str | None) -> dict[str, Any]:
    """What ``build_stages`` takes for this label; ``only`` is the set that the stage belongs to."""
    name = name_of(stage)
    return ({} if name == label else {"stage": name}) | ({"set": only} if only else {}) | stage.settings


def _build_stage(label: str, settings: Any) -> tuple[Stage, str | None]:
    """Build one stage; every error names its label."""
    if not isinstance(settings, Mapping):
        raise ValueError(f"degradation stage {label!r} is {settings!r}; expected settings by name, or {{}}")
    arguments = dict(settings)
    name, only = arguments.pop("stage", label), arguments.pop("set", None)
    if str(name).startswith(PREFIX):
        return named(f"degradation stage {label!r}", lambda: Foreign(name, arguments)), only
    if name not in STAGES:
        raise ValueError(f"degradation stage {name!r} is unknown; {_nearest(name, list(STAGES))}")
    return construct(f"degradation stage {label!r}", STAGES[name], arguments), only


def construct(what: str, stage_class: type[Stage], arguments: Mapping[str, Any]) -> Any:
    """Call a constructor with arguments that it has; every error names ``what``."""
    known = argument_names(stage_class)
    for argument in arguments:
        if argument not in known:
            raise ValueError(f"{what} has no setting {argument!r}; {_nearest(argument, known)}")
    return named(what, lambda: stage_class(**plain(arguments)))


def named(what: str, make: Callable[[], Stage]) -> Any:
    """What ``make()`` gives; its ValueError says ``what`` it was."""
    try:
        return make()
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error


def _nearest(found: str, known: list[str]) -> str:
    close = near_names(str(found), known, most=1)
    return (f"did you mean {close[0]!r}? " if close else "") + f"choose one of: {', '.join(known)}"
