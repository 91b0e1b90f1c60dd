"""What a run has reached: the table at its end."""

from pathlib import Path
from typing import Any

from rich.table import Table

from gpen_train.evaluation.metrics_log import read_rows
from gpen_train.evaluation.scores import SCORES, cell, scores_in
from gpen_train.words import plural


def scores_at_start(metrics: Path) -> dict[str, float]:
    """The held-out scores of the run's first weights, from metrics.csv; none where they were not taken."""
    if not metrics.exists():
        return {}
    first = next(iter(read_rows(metrics)[1]), {})
    if first.get("images") != "0":
        return {}
    return scores_in(first)


def score_table(scores: dict[str, Any]) -> Table:
    """The scores of degraded and restored images and what was gained, or a prior's distance.

    ``scores["start"]``, which may be empty, has those of the weights that the run began with.
    """
    table, start = Table(title=plural(scores["images"], "held-out image")), scores["start"]
    if "frechet" in scores:
        table.add_column("")
        table.add_column(SCORES["frechet"].title, justify="right")
        if start:
            table.add_row("at the start", cell("frechet", start))
        table.add_row("now", cell("frechet", scores))
        return table
    degraded, restored = scores["degraded"], scores["restored"]
    for column in ("", *(SCORES[name].column for name in degraded)):
        table.add_column(column, justify="right" if column else "left")
    rows = {
        "degraded": (degraded, ""),
        "restored, at the start": (start, ""),
        "restored": (restored, ""),
        "gain over the input": (gains(restored, degraded), "+"),
        "gain over the start": (gains(restored, start), "+"),
    }
    for title, (values, sign) in rows.items():
        if values:
            table.add_row(title, *(cell(name, values, sign) for name in degraded))
    return table


def gains(scores: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Of the metrics that both have: one whose weights came later has no start."""
    return {name: scores[name] - value for name, value in before.items() if name in scores}
