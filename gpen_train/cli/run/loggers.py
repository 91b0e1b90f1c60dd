"""Where a run's metrics go: always metrics.csv, TensorBoard and Weights & Biases when asked for."""

import logging
import netrc
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig
from pytorch_lightning.loggers import Logger, TensorBoardLogger, WandbLogger
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from gpen_train.cli.launch import rank
from gpen_train.cli.run.folder import METRICS_FILE
from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.table import heading
from gpen_train.files import atomic_file
from gpen_train.training.callbacks.metrics_file import MetricsFile

ID_FILE = "wandb_id"
log = logging.getLogger(__name__)


def build_loggers(config: DictConfig, folder: Path, settings: dict[str, Any]) -> list[Logger]:
    """The loggers of a run; ``settings`` is what Weights & Biases shows as its configuration."""
    loggers: list[Logger] = [MetricsFile(folder / METRICS_FILE)]
    if config.tensorboard:
        loggers.append(build_tensorboard(folder))
    if config.wandb is not None:
        mode = config.wandb.mode or ("online" if _has_account() else "offline")
        named = {"project": config.wandb.project, "name": config.wandb.name, "config": settings}
        loggers += build_wandb(mode, folder, **named)
    return loggers


def build_tensorboard(folder: Path) -> Logger:
    """Event files in folder/tensorboard. Raises ValueError where the package is missing."""
    try:
        return SheetsInTensorBoard(folder, name="tensorboard", version="")
    except ModuleNotFoundError as error:
        raise ValueError(
            'logger.tensorboard needs a package that is not there: pip install "gpen-train[tensorboard]"'
        ) from error


def build_wandb(mode: str, folder: Path, **named: Any) -> list[Logger]:
    """A logger that goes on in the run whose id ``folder`` keeps; offline where the server is away.

    None where its process does not start.
    """
    if rank() > 0:
        return []
    import wandb  # takes seconds

    named |= {"save_dir": folder, "id": run_id(folder)}
    fallbacks = {
        "online": f"metrics are kept; send them with: wandb sync {folder / 'wandb' / 'offline-run-*'}",
        "offline": "the run goes on without it",
    }
    for attempt in dict.fromkeys((mode, "offline")):
        logger = SteadyWandbLogger(mode=attempt, **named)
        try:
            _ = logger.experiment  # starts its process, and connects
            return [logger]
        except wandb.Error as error:
            wandb.teardown()  # its process may still hold the id
            reason = str(error).splitlines()[0]
            log.warning("Weights & Biases cannot be reached (%s); %s", reason, fallbacks.get(attempt, ""))
    return []


def run_id(folder: Path) -> str:
    """The id of this run at Weights & Biases, made when it is first asked for."""
    path = folder / ID_FILE
    if not path.exists():
        with atomic_file(path) as file:
            file.write(secrets.token_hex(4).encode())
    return path.read_text().strip()


class SheetsInTensorBoard(TensorBoardLogger):
    """Takes contact sheets as well."""

    @rank_zero_only
    def log_sheet(self, name: str, sheet: np.ndarray, images: int) -> None:
        """Show uint8 [H, W, 3] beside the numbers of that many images seen."""
        self.experiment.add_image(name, sheet, images, dataformats="HWC")


class SteadyWandbLogger(WandbLogger):
    """Training goes on when something cannot be logged."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        with self._steady(f"metrics at image {step}"):
            super().log_metrics(metrics, step)

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

    @contextmanager
    def _steady(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # of its process, of its connection
            log.warning("Weights & Biases took no %s: %s", what, error)


def _has_account() -> bool:
    """Whether a key is at hand: in the environment, or where `wandb login` keeps it."""
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
