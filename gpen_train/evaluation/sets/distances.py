"""FID and KID of every system, from the features that a pass has gathered."""

import math
from collections.abc import Mapping, Sequence

from gpen_train.evaluation.frechet import Statistics, frechet_distance
from gpen_train.evaluation.report.model import Metric
from gpen_train.evaluation.sets.features import MOST_KEPT, SUBSET_SIZE, SUBSETS, FeatureSet, kernel_distance

FID = Metric("fid", "FID", "", "lower", "set")
KID = Metric("kid", "KID", "", "lower", "set")
KID_SETTINGS = {
    "kernel": "(x . y / D + 1)^3",
    "subsets": SUBSETS,
    "subset_size": SUBSET_SIZE,
    "features": f"of at most {MOST_KEPT} images, evenly spread",
}


def fid_to(name: str) -> Metric:
    """FID against statistics of the name ``name``."""
    return Metric(f"fid_{name}", f"FID to {name}", "", "lower", "set")


def distance_metrics(wanted: Sequence[str], statistics: Mapping[str, Statistics]) -> list[Metric]:
    """Those of ``wanted``, and one of each of the statistics."""
    return [metric for metric in (FID, KID) if metric.name in wanted] + [fid_to(name) for name in statistics]


def distances(
    features: Mapping[str | None, FeatureSet],
    wanted: Sequence[str],  # fid, kid: to the clean images
    statistics: Mapping[str, Statistics],  # and to these, by name
) -> dict[str, dict[str, float]]:
    """System -> metric -> distance; nan where there are fewer than two images."""
    found: dict[str, dict[str, float]] = {}
    clean = features.get(None)
    for name, own in features.items():
        if name is None:
            continue
        enough = own.moments.count >= 2
        found[name] = {}
        if clean and "fid" in wanted:
            found[name]["fid"] = frechet_distance(clean.moments, own.moments) if enough else math.nan
        if clean and "kid" in wanted:
            found[name]["kid"] = kernel_distance(clean.kept, own.kept) if enough else math.nan
        for other, known in statistics.items():
            metric = fid_to(other).name
            found[name][metric] = frechet_distance(known, own.moments) if enough else math.nan
    return found
