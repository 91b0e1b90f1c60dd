"""The loggers that a run asks for."""

from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from pytorch_lightning.loggers import Logger

from gpen_train.cli.run.loggers.to_comet import build_comet
from gpen_train.cli.run.loggers.to_mlflow import build_mlflow
from gpen_train.cli.run.loggers.to_tensorboard import build_tensorboard
from gpen_train.cli.run.loggers.to_wandb import build_wandb, usual_mode
from gpen_train.evaluation.metrics_log import METRICS_FILE
from gpen_train.training.callbacks.metrics_file import MetricsFile


def build_loggers(config: DictConfig, folder: Path, settings: dict[str, Any]) -> list[Logger]:
    """The loggers of a run; ``settings`` is what Comet and Weights & Biases show as its configuration.

    Raises ValueError where the package of one is missing.
    """
    loggers: list[Logger] = [MetricsFile(folder / METRICS_FILE)]
    if config.tensorboard:
        loggers.append(build_tensorboard(folder))
    if config.mlflow is not None:
        loggers += build_mlflow(config.mlflow.uri, config.mlflow.experiment, config.mlflow.name, folder)
    if config.comet is not None:
        comet = config.comet
        loggers += build_comet(comet.mode, comet.project, comet.name, folder, settings)
    if config.wandb is not None:
        named = {"project": config.wandb.project, "name": config.wandb.name, "config": settings}
        loggers += build_wandb(config.wandb.mode or usual_mode(), folder, **named)
    return loggers
