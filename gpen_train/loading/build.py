"""From the plain values of configs/data to batches: one kind of data, or a mixture of several."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.loading.kinds import KINDS
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.mixture import Mixture
from gpen_train.sources.orders import apportion
from gpen_train.sources.pairs import PairSource
from gpen_train.sources.source import Composite, Source, subset
from gpen_train.sources.split import Common, Split
from gpen_train.tasks.pair import IMAGES, LABEL_MAPS, MADE, Task

OTHER_TASK = {  # what is in the data, where a task cannot take it -> what to do
    MADE: "the data have no label maps; set data=label_maps, or with drawn faces data.labels=true",
    IMAGES: "the data have pairs of degraded and clean images; set task=bfr, or leave the pairs out",
    LABEL_MAPS: "the data have label maps beside the faces; set task=seg2face, or leave the maps out",
}


def face_data(
    kind: str,  # one of KINDS, or "mixture"
    resolution: int,  # pixels per side
    task: Task,
    images: int,  # to see in the whole run
    limit: int | None = None,  # train on the first images alone; what is held out stays the same
    batch_size: int = 16,
    num_workers: int | None = None,
    seed: int = 0,
    cache: bool = True,
    repeats: bool = False,  # true: every pass is as the first, flips and degradations too, for debugging
    **settings: Any,  # of the kind: what its function takes
) -> FaceDataModule:
    """Data of one kind, or a mixture. Raises OSError or ValueError where it cannot be used."""
    chain = getattr(task, "chain", None)
    degraded_resolution = getattr(chain, "input_resolution", None) or resolution
    common = Common(resolution, degraded_resolution, seed, Ledger())
    train, held_out = open_data(kind, common, limit, settings)
    check_inputs(train, task)
    fill_first = "drawing faces" if kind == "drawn" else None
    return FaceDataModule(
        train,
        held_out,
        task,
        images,
        batch_size,
        num_workers,
        seed,
        cache,
        common.ledger,
        fill_first,
        repeats,
    )


def open_data(kind: str, common: Common, limit: int | None, settings: Mapping[str, Any]) -> Split:
    """What to train on and what is held out, of one kind of data or of a mixture."""
    function = checked(kind, settings)
    if limit is not None and limit < 1:
        raise ValueError(f"data.limit is {limit}; expected 1 or more images, or null for all of them")
    train, held_out = function(common, **settings)
    return Split(train if limit is None else first_images(train, limit), held_out)


def mixture(
    common: Common,
    parts: Sequence[Mapping[str, Any]],  # each: kind, weight, and the settings of the kind
    num_held_out: int = 64,  # images for evaluation, divided among the parts by their weights
) -> Split:
    """A weighted mixture of data of other kinds."""
    if not parts:
        raise ValueError("data.parts is empty; expected a list such as [{kind: folder, root: data/ffhq}]")
    weights = [float(part.get("weight", 1)) for part in parts]
    held_out_of = apportion(num_held_out, weights) if num_held_out else [0] * len(parts)
    splits = []
    for part, num in zip(parts, held_out_of, strict=True):
        settings = {"num_held_out": num, **part}
        kind, limit = settings.pop("kind", "missing"), settings.pop("limit", None)
        settings.pop("weight", None)
        splits.append(open_data(kind, common, limit, settings))
    held_out = [split.held_out for split in splits if split.held_out]
    train = Mixture([split.train for split in splits], weights)
    return Split(train, Mixture(held_out, [1.0] * len(held_out)) if held_out else None)


def first_images(source: Source, num: int) -> Source:
    """The first ``num`` images; of a mixture, those of each part in proportion to the weights."""
    if isinstance(source, Mixture):
        nums = apportion(num, source.weights)
        return source.with_parts(list(map(first_images, source.parts, nums)))
    return subset(source, np.arange(min(num, len(source))))


def check_inputs(source: Source, task: Task) -> None:
    """Raise ValueError where the task cannot learn from what the source has."""
    for inputs, what_to_do in OTHER_TASK.items():
        if inputs in inputs_of(source) and inputs not in getattr(task, "inputs", (MADE,)):
            raise ValueError(f"the task is {getattr(task, 'name', task)}, and {what_to_do}")


def inputs_of(source: Source) -> set[str]:
    """What the network's inputs come from: MADE, IMAGES or LABEL_MAPS; of a mixture several."""
    if isinstance(source, PairSource):
        return {source.inputs}
    parts = source.parts if isinstance(source, Composite) else []
    return set().union(*map(inputs_of, parts)) if parts else {MADE}


def checked(kind: str, settings: Mapping[str, Any]) -> Callable[..., Split]:
    """The function of a kind, which takes ``settings``; ValueError where it does not. Nothing is opened."""
    function = {**KINDS, "mixture": mixture}.get(kind)
    if function is None:
        raise ValueError(f"there is no data of the kind {kind!r}; choose one of: {', '.join(KINDS)}, mixture")
    check_settings(kind, function, settings)
    return function


def check_data(kind: str, **settings: Any) -> None:
    """Check what ``face_data`` is to be given, and open nothing; raises as it does for wrong names."""
    own = inspect.signature(face_data).parameters
    of_kind = {name: value for name, value in settings.items() if name not in own}
    checked(kind, of_kind)
    for part in of_kind.get("parts") or ():
        own_of_part = ("kind", "limit", "weight")
        named = {name: value for name, value in part.items() if name not in own_of_part}
        checked(part.get("kind", "missing"), named)


def check_settings(kind: str, function: Callable[..., Split], settings: Mapping[str, Any]) -> None:
    """One line for a setting that the kind does not have, and for one that it needs."""
    _, *known = inspect.signature(function).parameters.values()
    names = [parameter.name for parameter in known]
    for name in settings:
        if name not in names:
            raise ValueError(f"data of the kind {kind} has no setting {name}; it has: {', '.join(names)}")
    for parameter in known:
        if parameter.default is parameter.empty and parameter.name not in settings:
            raise ValueError(f"data of the kind {kind} needs {parameter.name}; it has: {', '.join(names)}")
