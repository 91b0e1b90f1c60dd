"""Where a run's metrics go: always metrics.csv, and Weights & Biases when asked for."""

import netrc
import os
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from pytorch_lightning.loggers import Logger, WandbLogger

from gpen_train.training.metrics_file import MetricsFile


def build_loggers(config: DictConfig, folder: Path, settings: dict[str, Any]) -> list[Logger]:
    """The loggers of a run; ``settings`` is what Weights & Biases shows as its configuration."""
    loggers: list[Logger] = [MetricsFile(folder / "metrics.csv")]
    if config.wandb is not None:
        mode = config.wandb.mode or ("online" if _has_account() else "offline")
        wandb = WandbLogger(
            project=config.wandb.project, name=config.wandb.name, save_dir=folder, mode=mode, config=settings
        )
        loggers.append(wandb)
    return loggers


def _has_account() -> bool:
    """Whether a key is at hand: in the environment, or where `wandb login` keeps it."""
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
