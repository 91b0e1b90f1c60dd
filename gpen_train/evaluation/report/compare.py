"""How two systems differ, image by image, where both were evaluated in the same way."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gpen_train.dotted import dotted
from gpen_train.evaluation.intervals import Estimate, bootstrap
from gpen_train.evaluation.report.model import Metric, Report, System
from gpen_train.quote import quoted

LONGEST = 40  # characters of a setting's value in a message
ROOM = 250  # characters of a message for all settings


class Difference(NamedTuple):
    """The second system's score less the first's."""

    metric: Metric
    first: float
    second: float
    estimate: Estimate  # of the mean difference; a set's has no interval
    share_better: float  # of the images in which the second is the better one; nan for a set's

    @property
    def verdict(self) -> str:
        """better or worse where the interval leaves 0 out, else undecided; of a set nothing can be said."""
        if self.metric.scope == "set":
            return ""
        if self.estimate.low <= 0 <= self.estimate.high or math.isnan(self.estimate.low):
            return "undecided"
        return "better" if (self.estimate.mean > 0) == (self.metric.better == "higher") else "worse"


def check_comparable(first: Report, second: Report, ignored: Sequence[str] = ()) -> None:
    """Raises ValueError, naming every setting that differs, where the two protocols are not the same.

    Settings that ``ignored`` names, or the groups that it names, may differ; so may those of metrics that
    only one report has.
    """
    ours, theirs = (_settings(report, first, second) for report in (first, second))
    different = [name for name in sorted(ours | theirs) if ours.get(name) != theirs.get(name)]
    different = [
        name for name in different if not any(f"{name}.".startswith(f"{group}.") for group in ignored)
    ]
    if different:
        each = (f"{name} is {_short(ours, name)} and {_short(theirs, name)}" for name in different)
        named = quoted("; ".join(each), ROOM)
        raise ValueError(
            f"the protocols differ: {named}; evaluate both in the same way, or give --ignore NAME for what "
            "changes nothing"
        )
    if first.images != second.images:
        odd = next(iter(set(first.images) ^ set(second.images)), "their order")
        raise ValueError(
            f"the images differ: {len(first.images)} and {len(second.images)}, {quoted(odd)} is not the "
            "same; evaluate both on the same data"
        )


def pairs(first: Report, second: Report) -> Iterator[tuple[System, System]]:
    """Each system that restores in the first report with each of the second, but none with itself."""
    for one in first.restoring:
        for other in second.restoring:
            if one.fingerprint is None or one.fingerprint != other.fingerprint:
                yield one, other


def differences(first: Report, one: System, second: Report, other: System) -> list[Difference]:
    """``other`` of the second report less ``one`` of the first, in every metric that both have."""
    names = {metric.name for metric in second.metrics} & one.scores.keys() & other.scores.keys()
    scopes = {metric.name: metric.scope for metric in second.metrics}
    found = []
    for metric in (metric for metric in first.metrics if metric.name in names):
        if scopes[metric.name] != metric.scope:
            raise ValueError(f"{quoted(metric.name)} is of an image in one report alone; evaluate anew")
        means = one.scores[metric.name].mean, other.scores[metric.name].mean
        if metric.scope == "set":
            estimate, share = Estimate(means[1] - means[0], math.nan, math.nan), math.nan
        else:
            before = np.array(first.per_image[one.name][metric.name])
            after = np.array(second.per_image[other.name][metric.name])
            with np.errstate(invalid="ignore"):  # equal images have an infinite PSNR in both
                change = after - before
            estimate = bootstrap(change)
            known = change[~np.isnan(change)]
            better = known > 0 if metric.better == "higher" else known < 0
            share = float(better.mean()) if len(known) else math.nan
        found.append(Difference(metric, *means, estimate, share))
    return found


def _settings(report: Report, *both: Report) -> dict[str, object]:
    """The protocol by dotted names, without the settings of metrics that are not in both."""
    shared = set.intersection(*({metric.name for metric in one.metrics} for one in both))
    settings = dotted(report.protocol)
    return {
        name: value
        for name, value in settings.items()
        if not name.startswith("metrics.") or name.split(".")[1] in shared
    }


def _short(settings: dict[str, object], name: str) -> str:
    return quoted(settings.get(name, "not there"), LONGEST)
