"""The judges that there are files for, looked for before the work; some may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import nn

from gpen_train.evaluation.faces import SetNetwork
from gpen_train.evaluation.judges.table import BUILDERS, JUDGES
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import NotComputed
from gpen_train.evaluation.sets.distances import DINOV2, INCEPTION, network_of
from gpen_train.feature_nets import dinov2, inception
from gpen_train.feature_nets.weights import find_weights
from gpen_train.files import sha256_of

Weights = Mapping[str, str | Path | None]  # what a file is called in `weights` -> it, or None
SET_FILES = {
    INCEPTION: {"inception": inception.INCEPTION_FILE},
    DINOV2: {"dinov2": dinov2.DINOV2_FILE},
}
OF_RUNS = ("fid", "kid")  # in the report that a training ends with
SETS = (*OF_RUNS, "fd_dinov2")
OF_PRIORS = (*SETS, "precision", "recall")


@dataclass
class SetJudge:
    """A network that sets of images are compared by, and what its features depend on."""

    network: SetNetwork
    settings: Mapping[str, object]  # plain values, for the protocol


@dataclass
class Judges:
    """The networks that are there, and what is missing for want of the others."""

    measures: list[Measure] = field(default_factory=list)
    networks: dict[str, SetJudge] = field(default_factory=dict)  # by the names of sets/distances.py
    not_computed: list[NotComputed] = field(default_factory=list)


def files_needed(wanted: Sequence[str], weights: Weights) -> list[str]:
    """The usual names of the files that the metrics ``wanted`` need, but for those that ``weights`` names."""
    needed = [item for name in wanted if name in BUILDERS for item in BUILDERS[name].files.items()]
    needed += [item for name in wanted for item in SET_FILES.get(str(network_of(name)), {}).items()]
    return list(dict.fromkeys(usual for entry, usual in needed if not weights.get(entry)))


def find_judges(
    wanted: Sequence[str],
    weights: Weights,
    resize: str = "antialiased",
    device: torch.device | str = "cpu",
    not_fetched: Mapping[str, str] | None = None,  # a file's usual name -> why it could not be fetched
) -> Judges:
    """The judges for the metrics ``wanted``; others than ours are passed over.

    A file or a package that is missing is noted with its name and what would bring it, or with why that
    failed. Raises ValueError for a file that is there and cannot be used.
    """
    judges, device = Judges(), torch.device(device)
    look_for = partial(_look_for, judges=judges, weights=weights, not_fetched=not_fetched or {})
    for judge in JUDGES:
        names = [name for name in judge.metrics if name in wanted]
        paths = look_for(judge.files, names) if names else None
        if paths is None:
            continue
        try:
            built = judge.build(*paths, device)
        except ImportError as error:
            judges.not_computed += [NotComputed(name, str(error)) for name in names]
            continue
        files = _described(paths)
        judges.measures += [
            measure._replace(settings={**measure.settings, **files})
            for measure in built
            if measure.metric.name in names
        ]
    for key, files in SET_FILES.items():
        names = [name for name in wanted if network_of(name) == key]
        paths = look_for(files, names) if names else None
        if not paths:
            continue
        try:
            network, settings = _of_sets(key, paths[0], resize)
        except ImportError as error:
            judges.not_computed += [NotComputed(name, str(error)) for name in names]
            continue
        judges.networks[key] = SetJudge(network.to(device), {**settings, **_described(paths)})
    return judges


def _of_sets(key: str, path: Path, resize: str) -> tuple[nn.Module, dict[str, object]]:
    """The network, and what its features depend on."""
    if key == DINOV2:
        resized = f"{dinov2.SIDE} px, bicubic, antialiased"
        return dinov2.load_dinov2(path), {"network": "DINOv2 ViT-L/14, class token", "resize": resized}
    return inception.load_inception(path, resize), {
        **{"network": "Inception v3 of 2015, pool3", "range": "[-1, 1]", "dtype": "float32"},
        "resize": f"{inception.SIDE} px, {resize}",
    }


def _described(paths: Sequence[Path]) -> dict[str, str]:
    """Which files these are, for the protocol."""
    if not paths:
        return {}
    return {"weights": ", ".join(p.name for p in paths), "sha256": ", ".join(map(sha256_of, paths))}


def _look_for(
    files: Mapping[str, str],  # what `weights` calls each -> its usual name
    metrics: Sequence[str],  # that need them
    judges: Judges,
    weights: Weights,
    not_fetched: Mapping[str, str],
) -> list[Path] | None:
    """The files, or None and a note for the metrics that need them; one that is given must be there."""
    paths = []
    for entry, usual in files.items():
        given = weights.get(entry)
        try:
            paths.append(find_weights(usual, given, metrics[0] if given else "it", f"weights.{entry}"))
        except FileNotFoundError as error:
            if given:
                raise
            reason = not_fetched.get(usual, str(error))
            judges.not_computed += [NotComputed(name, reason) for name in metrics]
            return None
    return paths
