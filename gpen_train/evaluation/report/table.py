"""The table of a report as text: each number with as many digits as its column needs, the best one known."""

import math
import re
from typing import NamedTuple

from gpen_train.evaluation.report.model import Metric, Report, Score

ARROWS = {"higher": "↑", "lower": "↓"}
MISSING = "–"
QUICK = 10_000  # images a second


class Cell(NamedTuple):
    """A system's score."""

    mean: str
    interval: str  # empty where there is none
    is_best: bool


def column(report: Report, metric: Metric) -> list[Cell]:
    """The scores of all systems in ``metric``, in their order."""
    scores = [system.scores.get(metric.name, Score(math.nan)) for system in report.systems]
    known = [score.mean for score in scores if not math.isnan(score.mean)]
    best = (max if metric.better == "higher" else min)(known, default=math.nan)
    digits = num_digits(known)
    return [
        Cell(number(s.mean, digits), interval(s, digits), s.mean == best and len(known) > 1) for s in scores
    ]


def style_class(place: int) -> str:
    """The colour of the system in this row: two are for the baselines, the other six come in turns."""
    return f"system-{place if place < 2 else 2 + (place - 2) % 6}"


def heading(metric: Metric) -> str:
    """PSNR, dB ↑"""
    return f"{metric.label}{metric.unit and ', '}{metric.unit} {ARROWS[metric.better]}"


def name_lines(name: str, width: int) -> list[str]:
    """A system's name in lines of at most ``width`` characters, broken behind / _ - and spaces."""
    lines = [""]
    for piece in re.findall(r"[^/_\- ]*[/_\- ]?", name):
        while piece:
            room = width - len(lines[-1])
            if len(piece) > room and len(piece) <= width and lines[-1]:
                lines.append("")
                continue
            lines[-1] += piece[:room]
            piece = piece[room:]
            if piece:
                lines.append("")
    return [line.rstrip() for line in lines]


def shortened(name: str, length: int) -> str:
    """At most ``length`` characters of a name: its start, and more of its end, where paths differ."""
    if len(name) <= length:
        return name
    behind = 2 * (length - 1) // 3
    return f"{name[: length - 1 - behind]}…{name[-behind:]}"


def speeds(report: Report) -> dict[str, str]:
    """Images a second by stage; what is quick enough to say nothing is left out."""
    return {stage: f"{rate:,.1f}" for stage, rate in report.speed.items() if rate < QUICK}


def num_digits(values: list[float]) -> int:
    """Digits behind the point that values of this size need."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=1.0)
    return next((digits for least, digits in ((10, 2), (1, 3), (0.01, 4)) if largest >= least), 5)


def number(value: float, digits: int) -> str:
    """With a real minus sign; infinity is ∞."""
    if math.isnan(value):
        return MISSING
    text = f"{abs(value):.{digits}f}" if math.isfinite(value) else "∞"
    return text if value >= 0 else f"−{text}"


def interval(score: Score, digits: int) -> str:
    """From low to high."""
    if not (math.isfinite(score.low) and math.isfinite(score.high)):
        return ""
    return f"{number(score.low, digits)}–{number(score.high, digits)}"
