"""What the runs of a sweep have reached, side by side."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from gpen_train.cli.settings.grid import short
from gpen_train.evaluation.metrics_log import METRICS_FILE, read_rows
from gpen_train.evaluation.scores import SCORES, cell, scores_in
from gpen_train.files import atomic_file
from gpen_train.words import plural


class Outcome(NamedTuple):
    """One run: its settings, how far it is, and its last held-out scores."""

    folder: str
    varied: dict[str, str]
    images: int  # seen; 0 where it has not begun
    scores: dict[str, float]


def outcome_of(root: Path, folder: str, varied: dict[str, str]) -> Outcome:
    """From the run's metrics.csv; ValueError where that is damaged."""
    path = root / folder / METRICS_FILE
    images, scores = 0, dict[str, float]()
    if path.exists():
        for row in read_rows(path)[1]:
            images = int(row["images"])
            scores = scores_in(row) or scores
    return Outcome(folder, varied, images, scores)


def ranked(outcomes: Sequence[Outcome], by: str | None) -> list[Outcome]:
    """The best first, by the metric ``by`` or the first that there is; those without it last.

    Raises ValueError for a metric that no run has.
    """
    there = list(dict.fromkeys(name for one in outcomes for name in one.scores if name in SCORES))
    if by is not None and there and by not in there:
        raise ValueError(f"--by is {by!r}; the runs have: {', '.join(there)}")
    name = by or next(iter(there), None)
    if name is None:
        return list(outcomes)
    return sorted(
        outcomes, key=lambda one: (name not in one.scores, -SCORES[name].better * one.scores.get(name, 0.0))
    )


def outcome_table(outcomes: Sequence[Outcome]) -> Table:
    """For a terminal."""
    head, rows = _cells(outcomes)
    table = Table(title=plural(len(outcomes), "run"))
    for column in head:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def write_outcomes(root: Path, outcomes: Sequence[Outcome]) -> None:
    """``table.md`` and ``table.json`` in the sweep's folder."""
    head, rows = _cells(outcomes)
    lines = [head, ["---"] * len(head), *rows]
    with atomic_file(root / "table.md") as file:
        file.write("".join(f"| {' | '.join(line)} |\n" for line in lines).encode())
    content: list[dict[str, Any]] = [one._asdict() for one in outcomes]
    with atomic_file(root / "table.json") as file:
        file.write(json.dumps({"runs": content}, indent=1, allow_nan=False).encode())


def _cells(outcomes: Sequence[Outcome]) -> tuple[list[str], list[list[str]]]:
    varied = list(dict.fromkeys(name for one in outcomes for name in one.varied))
    scores = list(dict.fromkeys(name for one in outcomes for name in one.scores if name in SCORES))
    head = [
        *(short(name) for name in varied),
        "images",
        *(SCORES[name].column for name in scores),
    ]
    rows = [
        [
            *(one.varied.get(name, "") for name in varied),
            str(one.images),
            *(cell(name, one.scores) for name in scores),
        ]
        for one in outcomes
    ]
    return head, rows
