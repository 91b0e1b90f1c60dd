"""The metrics of whole sets, of every system, from the features that a pass has gathered."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import torch

from gpen_train.evaluation.frechet import Moments, Statistics
from gpen_train.evaluation.report.model import Metric, Score
from gpen_train.evaluation.sets.features import FeatureSet
from gpen_train.evaluation.sets.influences import frechet_influences, with_interval
from gpen_train.evaluation.sets.kernel import KID_SETTINGS, kernel_distance, kernel_influences
from gpen_train.evaluation.sets.manifold import MANIFOLD_SETTINGS, precision_recall

INCEPTION, DINOV2 = "inception", "dinov2"  # networks
METRICS = {
    "fid": Metric("fid", "FID", "", "lower", "set"),
    "kid": Metric("kid", "KID", "", "lower", "set"),
    "precision": Metric("precision", "precision", "", "higher", "set"),
    "recall": Metric("recall", "recall", "", "higher", "set"),
    "fd_dinov2": Metric("fd_dinov2", "FD-DINOv2", "", "lower", "set"),
}
TO_FILES = "fid_"  # what metrics start with that are FID against statistics of a file
SETTINGS = {"kid": KID_SETTINGS, "precision": MANIFOLD_SETTINGS, "recall": MANIFOLD_SETTINGS}

Features = Mapping[str, Mapping[str | None, FeatureSet]]  # network -> system, or None: clean


def network_of(metric: str) -> str | None:
    """The network on whose features a metric of sets rests; None for a metric of images."""
    if metric == "fd_dinov2":
        return DINOV2
    return INCEPTION if metric in METRICS or metric.startswith(TO_FILES) else None


def distance_metrics(wanted: Sequence[str], statistics: Mapping[str, Statistics]) -> list[Metric]:
    """Those of ``wanted``, and one of each of the statistics."""
    to_files = [Metric(TO_FILES + name, f"FID to {name}", "", "lower", "set") for name in statistics]
    return [metric for name, metric in METRICS.items() if name in wanted] + to_files


def distances(
    features: Features,
    wanted: Sequence[str],  # those of METRICS, to the clean images
    statistics: Mapping[str, Statistics],  # and FID to these, by name
    paired: bool = True,  # each image with the clean one of its number; false: with any
    device: torch.device | str = "cpu",
) -> dict[str, dict[str, Score]]:
    """System -> metric -> score, with an interval over its images, or pairs; nan of fewer than two images."""
    found: dict[str, dict[str, Score]] = defaultdict(dict)
    for network, sets in features.items():
        clean = sets.get(None)
        for name, own in sets.items():
            if name is None:
                continue
            metrics = [metric for metric in wanted if network_of(metric) == network and metric in METRICS]
            if clean:
                found[name] |= _to_images(clean, own, metrics, paired, device)
            for other, known in statistics.items() if network == INCEPTION else ():
                found[name][TO_FILES + other] = _frechet(known, own, None)
    return dict(found)


def _to_images(
    clean: FeatureSet, own: FeatureSet, metrics: Sequence[str], paired: bool, device: torch.device | str
) -> dict[str, Score]:
    scores = {}
    for metric in metrics:
        if metric in ("fid", "fd_dinov2"):
            scores[metric] = _frechet(clean.moments, own, clean if paired else None)
        elif metric == "kid":
            scores[metric] = _kernel(clean, own, paired)
    if "precision" in metrics or "recall" in metrics:
        both = precision_recall(own.kept, clean.kept, device)
        scores |= dict(zip(("precision", "recall"), map(Score, both), strict=True))
    return {metric: scores[metric] for metric in metrics}


def _frechet(known: Moments | Statistics, own: FeatureSet, pairs: FeatureSet | None) -> Score:
    if min(own.moments.count, known.count) < 2:
        return Score(math.nan)
    of_clean = None if pairs is None else pairs.fewer()
    return with_interval(*frechet_influences(known, own.moments, of_clean, own.fewer()), own.moments.count)


def _kernel(clean: FeatureSet, own: FeatureSet, paired: bool) -> Score:
    if min(len(clean.kept), len(own.kept)) < 2:
        return Score(math.nan)
    of_clean, of_own = kernel_influences(clean.fewer(), own.fewer())
    influences = of_clean + of_own if paired else of_own
    return with_interval(kernel_distance(clean.kept, own.kept), influences, own.moments.count)
