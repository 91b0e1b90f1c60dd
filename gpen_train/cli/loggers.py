"""Where a run's metrics go: always metrics.csv, and Weights & Biases when asked for."""

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
    """Whether wandb finds a key without asking for one: with a mode always given it never prompts."""
    import wandb  # optional in use, and slow to import

    return bool(os.environ.get("WANDB_API_KEY") or wandb.Api.__module__ and wandb.setup().settings.api_key)
