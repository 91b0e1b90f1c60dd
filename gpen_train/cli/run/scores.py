"""What a run has reached: the table at its end."""

from pathlib import Path
from typing import Any

from rich.table import Table

from gpen_train.evaluation.metrics_log import read_rows
from gpen_train.training.callbacks.progress import PREFIX
from gpen_train.words import plural

COLUMNS = {
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "lpips": "LPIPS",
    "frechet": "Frechet",
    "hole_psnr": "in the hole, dB",
    "chroma_psnr": "chroma, dB",
    "label_fit_gap": "fit to the map, off by",
}
FINE = ("ssim", "lpips", "frechet", "label_fit_gap")  # numbers that need more digits


def scores_at_start(metrics: Path) -> dict[str, float]:
    """The held-out scores of the run's first weights, from metrics.csv; none where they were not taken."""
    if not metrics.exists():
        return {}
    first = next(iter(read_rows(metrics)[1]), {})
    if first.get("images") != "0":
        return {}
    return {name.removeprefix(PREFIX): float(v) for name, v in first.items() if name.startswith(PREFIX) and v}


def score_table(scores: dict[str, Any]) -> Table:
    """The scores of degraded and restored images and what was gained, or a prior's distance.

    ``scores["start"]``, which may be empty, has those of the weights that the run began with.
    """
    table, start = Table(title=plural(scores["images"], "held-out image")), scores["start"]
    if "frechet" in scores:
        table.add_column("")
        table.add_column("Frechet distance, random features", justify="right")
        if start:
            table.add_row("at the start", f"{start['frechet']:.4f}")
        table.add_row("now", f"{scores['frechet']:.4f}")
        return table
    degraded, restored = scores["degraded"], scores["restored"]
    for column in ("", *(COLUMNS[name] for name in degraded)):
        table.add_column(column, justify="right" if column else "left")
    rows = {
        "degraded": (degraded, ".{}f"),
        "restored, at the start": (start, ".{}f"),
        "restored": (restored, ".{}f"),
        "gain over the input": (gains(restored, degraded), "+.{}f"),
        "gain over the start": (gains(restored, start), "+.{}f"),
    }
    for title, (values, form) in rows.items():
        if values:
            cells = (_cell(values, name, form) for name in degraded)
            table.add_row(title, *cells)
    return table


def gains(scores: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Of the metrics that both have: one whose weights came later has no start."""
    return {name: scores[name] - value for name, value in before.items() if name in scores}


def _cell(values: dict[str, float], name: str, form: str) -> str:
    return format(values[name], form.format(4 if name in FINE else 2)) if name in values else ""
