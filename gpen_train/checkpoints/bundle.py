"""The bundle: our checkpoint for use, one dict of ``encoder``, ``mapper``, ``generator`` and ``args``."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpen_train import __version__
from gpen_train.checkpoints.build import build_with
from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.parts import joined
from gpen_train.conventions.tasks import TASKS
from gpen_train.files import atomic_file
from gpen_train.models.gpen import GPEN
from gpen_train.quote import quoted, quoted_names

PARTS = ("encoder", "mapper", "generator")
FAMILY_VERSIONS = {"gpen_v1": "v1.0", "gpen_v2": "v2.0"}
LEGACY: dict[str, Any] = {"_use_new_zipfile_serialization": False, "pickle_protocol": 4}
PLAIN = (str, int, float, bool, type(None))


def default_name(task: str, resolution: int) -> str:
    """The file name that tools expect of a bundle: ``gpen-bfr-2048.pth``, ``GPEN-Inpainting-1024.pth``."""
    return f"gpen-bfr-{resolution}.pth" if task == "bfr" else f"GPEN-{_task_label(task)}-{resolution}.pth"


def version_of(task: str, family: str, resolution: int) -> str:
    """The ``version`` in a bundle's args, such as ``GPEN-BFR-v2.0-2048``; ``resolution`` is the output's."""
    return f"GPEN-{_task_label(task)}-{FAMILY_VERSIONS[family]}-{resolution}"


def save_bundle(
    model: GPEN,
    path: str | Path,
    training: Mapping[str, Any] | None = None,
    task: str | None = None,
    dtype: torch.dtype = torch.float32,
    legacy: bool = False,
) -> None:
    """Write ``model`` as a bundle; the file appears whole or not at all.

    ``training`` is what the model was trained with, of plain values alone: its entries stand in ``args``
    beside version, task, the resolutions and ``model``, the arguments of ``build_gpen``. Without it, and
    without ``task``, those of the bundle that the model came from are kept ("bfr" where there is none).
    ``legacy`` writes PyTorch's format of before 1.6, at pickle protocol 4.

    Raises ValueError where ``training`` holds anything else than str, int, float, bool, None, lists and
    dicts, or a name that the bundle itself sets; OSError where the file cannot be written.
    """
    content = bundle_content(model, training, task, dtype)
    with atomic_file(path) as file:
        torch.save(content, file, **(LEGACY if legacy else {}))


def bundle_content(
    model: GPEN,
    training: Mapping[str, Any] | None = None,
    task: str | None = None,
    dtype: torch.dtype = torch.float32,
) -> dict[str, Any]:
    """What a bundle of ``model`` holds: a state dict a part, and the args with the digest of them."""
    if not dtype.is_floating_point:
        raise ValueError(f"dtype is {dtype}; a bundle takes a floating one: float32, float16 or bfloat16")
    content: dict[str, Any] = {
        part: {name: storable(tensor, dtype) for name, tensor in getattr(model, part).state_dict().items()}
        for part in PARTS
    }
    args = bundle_args(model, training, task)
    args.digest = digest_of(content)
    return {**content, "args": args}


def bundle_args(model: GPEN, training: Mapping[str, Any] | None = None, task: str | None = None) -> Namespace:
    """All that rebuilds ``model``, and what it was trained with, as plain values; the digest comes later."""
    kept = dict(vars(getattr(model, "args", Namespace())))
    kept.pop("digest", None)  # that of the file the model came from
    task = task or kept.get("task", "bfr")
    own = {
        "version": version_of(task, model.family, model.output_resolution),
        "task": task,
        "input_resolution": model.input_resolution,
        "output_resolution": model.output_resolution,
        "model": model.settings,
        "package_version": __version__,
    }
    if training is None:
        training = {name: value for name, value in kept.items() if name not in own}
    taken = sorted({*own, "digest"} & training.keys())
    if taken:
        raise ValueError(f"training names {', '.join(taken)}, which the bundle sets itself; leave them out")
    return Namespace(**plain({**own, **training}, "args"))


def plain(value: Any, name: str) -> Any:
    """``value`` copied, tuples as lists; ValueError names the first entry that is no plain Python value.

    Types are compared exactly: numpy's float64 is a float to isinstance, and no plain value to a pickle.
    """
    if type(value) in PLAIN:
        return value
    if type(value) in (list, tuple):
        return [plain(item, f"{name}[{index}]") for index, item in enumerate(value)]
    if type(value) is dict and all(type(key) in (str, int) for key in value):
        return {key: plain(item, f"{name}.{key}") for key, item in value.items()}
    raise ValueError(
        f"{name} is a {type(value).__module__}.{type(value).__qualname__}; a bundle holds only str, "
        f"int, float, bool, None, lists and dicts: convert it first"
    )


def storable(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """``tensor`` on the CPU in ``dtype``, contiguous and alone in its storage; copied only where needed."""
    stored = tensor.detach().to("cpu", dtype).contiguous()
    alone = stored.untyped_storage().nbytes() == stored.numel() * stored.element_size()
    return stored if alone else stored.clone()


def from_content(content: Mapping[str, Any], source: str, dtype: torch.dtype = torch.float32) -> GPEN:
    """The model of a bundle's content as ``safe_load`` gives it, in eval mode; its args are ``model.args``.

    ``source`` names the file in errors: ValueError for what is no bundle, and for what does not fit the model
    that its args name.
    """
    check_content(content, source)
    args = content["args"]
    state = joined({part: content[part] for part in PARTS})
    model = build_with(args.model, state, source, dtype)
    model.args = args
    return model


def check_content(content: Any, source: str) -> None:
    """Raise ValueError unless ``content`` has a bundle's four keys and args that rebuild a model."""
    found = list(content) if isinstance(content, Mapping) else []
    missing = [key for key in (*PARTS, "args") if key not in found]
    missing += [part for part in PARTS if part in found and not isinstance(content[part], Mapping)]
    if missing:
        raise ValueError(
            f"{source} is no bundle: it lacks {', '.join(missing)} "
            f"and holds {quoted_names(found, 6) or type(content).__name__}"
        )
    settings = getattr(content["args"], "model", None)
    if not isinstance(content["args"], Namespace) or not isinstance(settings, dict):
        raise ValueError(
            f"{source} does not say how its model is built: its args lack `model`; "
            f"expected a bundle of gpen_train"
        )


def _task_label(task: str) -> str:
    if not isinstance(task, str) or task not in TASKS:
        raise ValueError(f"task is {quoted(repr(task))}; choose one of: {', '.join(TASKS)}")
    return TASKS[task].label
