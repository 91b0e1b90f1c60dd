"""From what a pass found to a report: means, intervals, distances, and the protocol."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import torch

import gpen_train
from gpen_train.evaluation.engine import Findings
from gpen_train.evaluation.frechet import Statistics
from gpen_train.evaluation.intervals import NUM_RESAMPLES, bootstrap
from gpen_train.evaluation.judges.find import Judges
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import About, Report, Score, System
from gpen_train.evaluation.sets.distances import SETTINGS, distance_metrics, distances, network_of
from gpen_train.evaluation.systems import Candidate

PACKAGES = ("torch", "torchmetrics", "lpips", "torch-fidelity", "numpy", "opencv-python-headless", "pillow")


def build_report(
    candidates: Sequence[Candidate],
    measures: Sequence[Measure],  # in the order of the table; those of judges too
    judges: Judges,
    statistics: Mapping[str, Statistics],  # that FID is taken against, beside the clean images
    wanted: Sequence[str],  # metrics
    labels: Sequence[str],
    findings: Findings,
    protocol: Mapping[str, Any],  # of the task, the data and the degradation; the rest is added here
    about: About,
    paired: bool = True,  # each image belongs to the clean one of its number
    device: torch.device | str = "cpu",
) -> Report:
    """The report of a pass; plain values alone. A baseline whose images are another's has no row."""
    rows = [candidate for candidate in candidates if candidate.name not in findings.same]
    sets = distances(findings.features, wanted, statistics, paired, device)
    set_metrics = [
        metric
        for metric in distance_metrics(wanted, statistics)
        if network_of(metric.name) in judges.networks
    ]
    settings = {measure.metric.name: dict(measure.settings) for measure in measures}
    for metric in set_metrics:
        own = judges.networks[str(network_of(metric.name))].settings
        settings[metric.name] = {**own, **SETTINGS.get(metric.name, {})}
    systems = []
    for candidate in rows:
        scores = {name: Score(*bootstrap(v)) for name, v in findings.values[candidate.name].items()}
        scores |= sets.get(candidate.name, {})
        systems.append(
            System(candidate.name, candidate.kind, candidate.source, candidate.fingerprint, scores)
        )
    return Report(
        protocol={
            **protocol,
            "metrics": settings,
            "intervals": f"95 %, bootstrap percentiles of {NUM_RESAMPLES} resamples; of sets: of influences",
            "versions": versions(),
        },
        metrics=[measure.metric for measure in measures] + set_metrics,
        systems=systems,
        images=list(labels),
        per_image={
            row.name: {metric: column.tolist() for metric, column in findings.values[row.name].items()}
            for row in rows
        },
        not_computed=judges.not_computed,
        speed=findings.speed,
        about=about,
    )


def versions() -> dict[str, str]:
    """Of what the numbers come from."""
    own = {"gpen_train": gpen_train.__version__, "python": platform.python_version()}
    return own | {package: version(package) for package in PACKAGES}
