"""What the content of each layout says of itself: family, resolutions, parameters by part, settings.

All is taken from names and shapes, or from args that may lack any entry and hold any value.
"""

from argparse import Namespace
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gpen_train.checkpoints import layout, parts
from gpen_train.checkpoints.hint import shown_by
from gpen_train.checkpoints.layouts import nvlabs_settings, rosinality_settings, yangxy_settings
from gpen_train.checkpoints.layouts.nvlabs_settings import states_of
from gpen_train.checkpoints.parts import count, count_by_part, joined, tensors_of, under
from gpen_train.quote import quoted
from gpen_train.words import plural

Content = Mapping[str, Any]
UNKNOWN = "unknown"
NOTHING: Content = MappingProxyType({})
BESIDE = {"d": "discriminator", "D": "discriminator", "g": "unaveraged", "G": "unaveraged"}


class Facts(NamedTuple):
    """What is known of a file. ``parameters`` are by part; ``shown`` is what the shapes say."""

    family: str = UNKNOWN
    version: str = UNKNOWN
    input_resolution: int | None = None
    output_resolution: int | None = None
    parameters: Mapping[str, int] = NOTHING
    args: Content = NOTHING
    shown: Content = NOTHING
    problems: tuple[str, ...] = ()  # why what it holds is not read


def bundle_facts(content: Content) -> Facts:
    """Of a bundle and of a prior, which has no encoder."""
    args = entries(content.get("args"))
    state = joined({part: tensors_of(content.get(part)) for part in ("encoder", "mapper", "generator")})
    shown, settings = shown_by(state), entries(args.get("model"))
    return Facts(
        family_of(settings, state),
        str(args.get("version", UNKNOWN)),
        pixels(args, "input_resolution") or pixels(settings, "input_resolution"),
        pixels(args, "output_resolution") or shown.get("output_resolution"),
        {part: count(content[part]) for part in ("encoder", "mapper", "generator") if part in content},
        args,
        NOTHING if settings else shown,
    )


def state_facts(content: Content) -> Facts:
    state = tensors_of(content)
    shown = shown_by(state)
    sides = shown.get("input_resolution"), shown.get("output_resolution")
    return Facts(family_of(shown, state), UNKNOWN, *sides, count_by_part(state, parts.STATE), shown=shown)


def discriminator_facts(content: Content) -> Facts:
    args, state = entries(content.get("args")), tensors_of(content["discriminator"])
    settings, problems = settings_of(nvlabs_settings.discriminator_settings_of, state)  # their names are ours
    version, side = str(args.get("version", UNKNOWN)), settings.get("resolution")
    counts = {"discriminator": count(state)}
    return Facts("stylegan2", version, side, None, counts, args, problems=problems)


def _images(seen: Any) -> str:
    """How long a training was; what else a damaged file has there, as it is."""
    return plural(seen, "image") if type(seen) is int else f"{quoted(seen)} images"


def lightning_facts(content: Content) -> Facts:
    record, state = entries(content.get("record")), tensors_of(content["state_dict"])
    model = under(state, "model.")
    shown, settings = shown_by(model), entries(record.get("model"))
    return Facts(
        family_of(settings, model),
        f"a training after {_images(content['images_seen'])}" if "images_seen" in content else UNKNOWN,
        pixels(settings, "input_resolution"),
        shown.get("output_resolution"),
        count_by_part(state, parts.LIGHTNING),
        record,
        NOTHING if settings else shown,
    )


def yangxy_facts(content: Content) -> Facts:
    """Of a released network, or of a training's: the average, and what stands beside it."""
    averaged = averaged_of(content)
    state = tensors_of(content if averaged is None else averaged)
    settings, problems = settings_of(yangxy_settings.settings_of, state)
    sides = settings.get("input_resolution"), settings.get("output_resolution")
    counts = count_by_part(state, parts.YANGXY) | beside(content, averaged)
    return Facts("gpen_v1", "as yangxy/GPEN releases it", *sides, counts, shown=settings, problems=problems)


def yangxy_discriminator_facts(content: Content) -> Facts:
    state = tensors_of(content)
    settings, problems = settings_of(lambda state, _: yangxy_settings.discriminator_settings_of(state), state)
    version, counts = "as yangxy/GPEN and rosinality have it", {"discriminator": count(state)}
    side = settings.get("resolution")
    return Facts("stylegan2", version, side, None, counts, shown=settings, problems=problems)


def rosinality_facts(content: Content) -> Facts:
    averaged = averaged_of(content)
    state = tensors_of(averaged)
    settings, problems = settings_of(rosinality_settings.settings_of, state)
    counts = count_by_part(state, parts.ROSINALITY) | beside(content, averaged)
    side = settings.get("output_resolution")
    return Facts("stylegan2", "of rosinality", None, side, counts, shown=settings, problems=problems)


def nvlabs_facts(content: Content) -> Facts:
    states = states_of(content)
    averaged = states.get("G_ema", states.get("G", {}))
    settings: Content = NOTHING
    judged: Content = NOTHING
    problems: tuple[str, ...] = ()
    if averaged:
        settings, problems = settings_of(nvlabs_settings.settings_of, averaged)
    if "D" in states:
        judged, more = settings_of(nvlabs_settings.discriminator_settings_of, states["D"])
        problems += more
    name = getattr(content.get("G_ema", content.get("D")), "class_name", None)
    version = f"of NVlabs, class {name}" if name else "of NVlabs"
    family, side = "stylegan2" if settings or judged else UNKNOWN, settings.get("output_resolution")
    counts = count_by_part(averaged, parts.NVLABS) | beside(states, averaged)
    return Facts(
        family,
        version,
        judged.get("resolution") if not averaged else None,
        side,
        counts,
        shown=settings,
        problems=problems,
    )


def resnet_facts(content: Content) -> Facts:
    counts = count_by_part(content, parts.RESNET)
    return Facts("resnet50", "of torchvision, with batch norm", parameters=counts)


FACTS: dict[str, Callable[[Content], Facts]] = {
    layout.BUNDLE: bundle_facts,
    layout.STATE: state_facts,
    layout.PRIOR: bundle_facts,
    layout.DISCRIMINATOR: discriminator_facts,
    layout.LIGHTNING: lightning_facts,
    layout.YANGXY_GENERATOR: yangxy_facts,
    layout.YANGXY_TRAINING: yangxy_facts,
    layout.YANGXY_DISCRIMINATOR: yangxy_discriminator_facts,
    layout.ROSINALITY: rosinality_facts,
    layout.NVLABS: nvlabs_facts,
    layout.RESNET: resnet_facts,
}


def entries(value: Any) -> Content:
    """A Namespace's or a dict's; none of any other value."""
    value = vars(value) if isinstance(value, Namespace) else value
    return value if isinstance(value, Mapping) else NOTHING


def pixels(args: Content, name: str) -> int | None:
    """The entry of that name, if it is a number of pixels."""
    return args[name] if type(args.get(name)) is int else None


def settings_of(
    read: Callable[[Mapping[str, Any], str], Content], state: Mapping[str, Any]
) -> tuple[Content, tuple[str, ...]]:
    """What the shapes say; where they are those of another network, nothing and why."""
    try:
        return read(state, "it"), ()
    except (ValueError, IndexError) as error:
        return NOTHING, (str(error),)


def family_of(settings: Content, state: Mapping[str, Any]) -> str:
    if not any(name.startswith("encoder.") for name in state):
        return "stylegan2"
    concatenates = settings.get("injection", "project") == "concat" or "encoder.conv1.weight" not in state
    return "gpen_v1" if concatenates else "gpen_v2"


def averaged_of(content: Content) -> Content | None:
    """The averaged model of a training's file, or the one in training."""
    return next((content[key] for key in ("g_ema", "g") if isinstance(content.get(key), Mapping)), None)


def beside(content: Content, averaged: Any) -> dict[str, int]:
    """The parameters of what stands beside the averaged model."""
    others = {
        name: content[key] for key, name in BESIDE.items() if content.get(key, averaged) is not averaged
    }
    return {name: count(state) for name, state in others.items() if count(state)}
