"""Weights & Biases: one run there for one here, however often that is interrupted."""

import netrc
import os
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning.loggers import Logger, WandbLogger
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from gpen_train.cli.launch import started_rank
from gpen_train.cli.run.loggers.steady import WITHOUT, Steady, cannot_be_reached, own_id
from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.table import heading

ID_FILE = "wandb_id"


def build_wandb(mode: str, folder: Path, **named: Any) -> list[Logger]:
    """A logger that goes on in the run whose id ``folder`` keeps; offline where the server is away.

    None where its process does not start.
    """
    if started_rank() > 0:
        return []
    import wandb  # takes seconds

    named |= {"save_dir": folder, "id": own_id(folder / ID_FILE, 8)}
    fallbacks = {
        "online": f"metrics are kept; send them with: wandb sync {folder / 'wandb' / 'offline-run-*'}",
    }
    for attempt in dict.fromkeys((mode, "offline")):
        logger = SteadyWandbLogger(mode=attempt, **named)
        try:
            _ = logger.experiment  # starts its process, and connects
            return [logger]
        except wandb.Error as error:
            wandb.teardown()  # its process may still hold the id
            cannot_be_reached(SteadyWandbLogger.place, error, fallbacks.get(attempt, WITHOUT))
    return []


class SteadyWandbLogger(Steady, WandbLogger):
    """Takes contact sheets, and the report at the end."""

    place = "Weights & Biases"

    @rank_zero_only
    def log_sheet(self, name: str, sheet: np.ndarray, images: int) -> None:
        """Show uint8 [H, W, 3] beside the numbers of that many images seen."""
        self.log_image(name, [sheet], step=images)

    @rank_zero_only
    def log_report(self, report: Report, folder: Path) -> None:
        """Keep the report's table with the run, and its files as an artifact."""
        import wandb  # takes seconds

        columns: list[str | int] = ["system", *(heading(metric) for metric in report.metrics)]
        rows = [
            [system.name, *(system.scores[metric.name].mean for metric in report.metrics)]
            for system in report.systems
        ]
        with self._steady("report"):
            artifact = wandb.Artifact(f"report-{self.experiment.id}", type="report")
            artifact.add_dir(str(folder))
            self.experiment.log({"report": wandb.Table(columns=columns, data=rows)})
            self.experiment.log_artifact(artifact)


def usual_mode() -> str:
    """Online where a key is at hand, in the environment or where `wandb login` keeps it; else offline."""
    if os.environ.get("WANDB_API_KEY"):
        return "online"
    try:
        return "online" if netrc.netrc().authenticators("api.wandb.ai") else "offline"
    except (OSError, netrc.NetrcParseError):
        return "offline"
