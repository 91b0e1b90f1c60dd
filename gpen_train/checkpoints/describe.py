"""What a checkpoint is, told without building a model or running anything in the file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from gpen_train.checkpoints import bundle
from gpen_train.checkpoints.layout import (
    BUNDLE,
    YANGXY_DISCRIMINATOR,
    YANGXY_GENERATOR,
    YANGXY_TRAINING,
    layout_of,
)
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.checkpoints.yangxy import discriminator_settings_of, settings_of
from gpen_train.checkpoints.yangxy_names import discriminator_names, generator_names

# Their names begin with these; what is left belongs to the generator.
YANGXY_PARTS = {"encoder": ("ecd", "final_linear"), "mapper": ("generator.style.",), "generator": ("",)}


class Description(NamedTuple):
    """The facts of a file.

    ``parts`` counts the parameters of each part; ``args`` is a bundle's, else what the shapes say.
    """

    num_bytes: int
    layout: str
    version: str
    input_resolution: int | None
    output_resolution: int | None
    dtypes: list[str]
    parts: dict[str, int]
    args: dict[str, Any]


def describe(path: str | Path) -> Description:
    """Describe the file at ``path``; its tensors stay on disk where the format allows it.

    Raises as ``safe_load`` does, and ValueError for a layout that is not known.
    """
    content = safe_load(path, meta=True)
    layout = layout_of(content, str(path))
    describers = {
        BUNDLE: _bundle,
        YANGXY_GENERATOR: _yangxy_generator,
        YANGXY_TRAINING: lambda content, source: _yangxy_generator(content["g_ema"], source),
        YANGXY_DISCRIMINATOR: _yangxy_discriminator,
    }
    facts = describers.get(layout, _other)(content, str(path))
    return Description(num_bytes=Path(path).stat().st_size, layout=layout, dtypes=_dtypes(content), **facts)


def _bundle(content: Mapping[str, Any], source: str) -> dict[str, Any]:
    bundle.check_content(content, source)
    args = vars(content["args"])
    return {
        "version": str(args.get("version", "unknown")),
        "input_resolution": args.get("input_resolution"),
        "output_resolution": args.get("output_resolution"),
        "parts": {part: sum(map(Tensor.numel, content[part].values())) for part in bundle.PARTS},
        "args": args,
    }


def _yangxy_generator(state: Mapping[str, Tensor], source: str) -> dict[str, Any]:
    settings = settings_of(state)
    resolution = settings["output_resolution"]
    parts = dict.fromkeys(YANGXY_PARTS, 0)
    for row in generator_names(resolution, settings["mapper_layers"]).rows:
        part = next(part for part, starts in YANGXY_PARTS.items() if row.theirs.startswith(starts))
        parts[part] += state[row.theirs].numel() if row.theirs in state else 0
    facts = {"input_resolution": resolution, "output_resolution": resolution}
    return {"version": "gpen_v1, as released", **facts, "parts": parts, "args": settings}


def _yangxy_discriminator(state: Mapping[str, Tensor], source: str) -> dict[str, Any]:
    settings = discriminator_settings_of(state)
    rows = discriminator_names(settings["resolution"]).rows
    return {
        "version": "gpen_v1, as released",
        "input_resolution": settings["resolution"],
        "output_resolution": None,
        "parts": {"discriminator": sum(state[row.theirs].numel() for row in rows if row.theirs in state)},
        "args": settings,
    }


def _other(content: Mapping[str, Any], source: str) -> dict[str, Any]:
    counts = {str(name): sum(tensor.numel() for tensor in _tensors(value)) for name, value in content.items()}
    facts = {"version": "unknown", "input_resolution": None, "output_resolution": None}
    return {**facts, "parts": {name: count for name, count in counts.items() if count}, "args": {}}


def _dtypes(content: Any) -> list[str]:
    return sorted({str(tensor.dtype).removeprefix("torch.") for tensor in _tensors(content)})


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [tensor for item in inner for tensor in _tensors(item)]
