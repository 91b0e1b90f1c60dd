"""Whether one network can start as another, told from the settings that both were built with."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from gpen_train.models.channels import channels_at, resolutions_up_to

RESNET_SETTINGS = ("encoder_width", "encoder_depths")
NAMED = ("output_resolution", "channel_base", "channel_max")  # in every preset of a model
CONCATENATING = {"injection": "concat", "encoder": "plain", "mapper": "stylegan2"}


def check_generator(
    old: nn.Module, new: nn.Module, sides: tuple[int, int], widths: tuple[dict, dict], source: str
) -> None:
    """Raise ValueError unless ``new`` is as fine and as wide as ``old`` or more.

    ``sides`` are the output resolutions of old and new, ``widths`` their settings.
    """
    (resolution, wanted), (_, new_settings) = sides, widths
    if resolution > wanted:
        raise ValueError(
            f"{source} makes images of {resolution} px, this model of {wanted} px; "
            f"{advice(resolution_settings(new_settings, resolution))} or more would fit"
        )
    check_widths(old, new, resolution, widths, source, "generator", "model.network")


def check_widths(
    old: nn.Module,
    new: nn.Module,
    resolution: int,
    widths: tuple[Mapping, Mapping],
    source: str,
    part: str,
    setting: str,
) -> None:
    """Raise ValueError where ``new`` has fewer channels than ``old`` at any side up to ``resolution``."""
    for side in resolutions_up_to(resolution):
        had, has = (channels_at(side, w["channel_base"], w["channel_max"]) for w in widths)
        if had > has:
            fitting = advice({name: widths[0][name] for name in ("channel_base", "channel_max")}, setting)
            raise misfit(old, new, source, part, fitting)


def check_same(
    old: nn.Module,
    new: nn.Module,
    settings: tuple[Mapping[str, Any], Mapping[str, Any]],
    names: tuple[str, ...],
    source: str,
    part: str,
) -> None:
    """Raise ValueError unless the settings ``names`` are the same in both."""
    before, wanted = settings
    differing = [name for name in names if before[name] != wanted[name]]
    if differing:
        fitting = advice({name: before[name] for name in differing})
        raise misfit(old, new, source, part, fitting)


def misfit(old: nn.Module, new: nn.Module, source: str, part: str, fitting: str) -> ValueError:
    """The error that names the first parameter that differs between two networks."""
    shapes = [{name: list(p.shape) for name, p in module.state_dict().items()} for module in (old, new)]
    for name, shape in shapes[1].items():
        if shapes[0].get(name) != shape:
            found = f"of shape {shapes[0][name]}" if name in shapes[0] else "not at all"
            return ValueError(
                f"{source} holds {part}.{name} {found}, this model has it of shape {shape}; "
                f"{fitting} would fit"
            )
    return ValueError(f"{source} holds another {part} than this model has; {fitting} would fit")


def advice(settings: Mapping[str, Any], of: str = "model.network") -> str:
    """Settings as they are given on the command line; ``++`` gives one that a preset may not name."""
    return " ".join(
        f"{'' if name in NAMED else '++'}{of}.{name}={str(value).replace(' ', '')}"
        for name, value in settings.items()
    )


def resolution_settings(settings: Mapping[str, Any], resolution: int) -> dict[str, Any]:
    """What gives a model of ``settings`` that resolution: concatenated features go up to the finest block."""
    takes_all = settings["injection"] == "concat" and "input_resolution" in settings
    return {"output_resolution": resolution, **({"input_resolution": resolution} if takes_all else {})}
