"""metrics.csv: one row for each number of images at which something was logged."""

import csv
import io
from argparse import Namespace
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers.logger import Logger
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from gpen_train.evaluation.metrics_log import read_rows
from gpen_train.files import atomic_file


class MetricsFile(Logger):
    """Write the metrics of a run to a CSV file whose first column is ``images``.

    A resumed run keeps the rows up to the images it goes on from. A new metric adds a column. Raises
    ValueError where what is at ``path`` is no such file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.columns: list[str] = ["images"]
        self.rows: dict[int, dict[str, Any]] = {}  # images -> row
        if path.exists():
            self.columns, rows = read_rows(path)
            self.rows = {int(row["images"]): dict(row) for row in rows}

    name = "csv"
    version = 0

    def forget_after(self, images: int) -> None:
        """Drop the rows of steps that a resumed run makes again."""
        self.rows = {seen: row for seen, row in self.rows.items() if seen <= images}

    @rank_zero_only
    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        row = self.rows.setdefault(int(step or 0), {"images": int(step or 0)})
        row.update({name: f"{value:.6g}" for name, value in metrics.items()})
        new = [name for name in metrics if name not in self.columns]
        self.columns += new
        self._write()

    def _write(self) -> None:
        """All rows anew: they are few, and a file replaced whole is never torn."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows.values())
        with atomic_file(self.path) as file:
            file.write(text.getvalue().encode())

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """The run's settings stand in config.yaml beside this file."""
