"""Lightning's Trainer as our modules need it."""

import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.environments import SLURMEnvironment, TorchElasticEnvironment
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning import Callback, LightningDataModule, LightningModule, Trainer
from pytorch_lightning.loggers import Logger
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from gpen_train.cli.launch import torchrun_layout
from gpen_train.training.callbacks.checkpoint_io import AtomicCheckpointIO
from gpen_train.training.callbacks.speed import WaitMeter
from gpen_train.training.devices import ReplicatedStrategy, lost_processes
from gpen_train.training.sharding import ShardedStrategy

TRAINERS = "configs/trainer/auto.yaml"  # with what each is for
STRATEGIES = {"auto": ReplicatedStrategy, "fsdp": ShardedStrategy}


def build_trainer(
    config: DictConfig, folder: Path, callbacks: list[Callback], loggers: list[Logger]
) -> Trainer:
    """A Trainer for one long epoch that ends where the data does; our callbacks count and save.

    Raises ValueError for settings that Lightning refuses.
    """
    settings = OmegaConf.to_container(config, resolve=True)
    if not isinstance(settings["devices"], list):
        settings |= torchrun_layout()
    timeout = timedelta(seconds=settings.pop("timeout", 1800))
    if settings["strategy"] in STRATEGIES and _several_devices(settings):
        settings["strategy"] = STRATEGIES[settings["strategy"]](timeout=timeout)
    try:
        return Trainer(
            **settings,
            default_root_dir=folder,
            callbacks=callbacks,
            logger=loggers,
            plugins=_plugins(),
            profiler=WaitMeter(),
            max_epochs=1,
            limit_val_batches=0,
            use_distributed_sampler=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
    except (MisconfigurationException, TypeError, ValueError) as error:  # for what it does not know or have
        reason = " ".join(str(error).split())
        raise ValueError(f"Lightning refuses the settings of trainer ({reason}); see {TRAINERS}") from error


def fit(
    trainer: Trainer, module: LightningModule, data: LightningDataModule, checkpoint: Path | None
) -> None:
    """Train, from ``checkpoint`` on if there is one.

    Raises OSError where another process of the run is lost, KeyboardInterrupt on Ctrl-C before the first
    step.
    """
    handler = signal.getsignal(signal.SIGINT)
    try:
        with lost_processes():
            trainer.fit(module, data, ckpt_path=checkpoint and str(checkpoint))
    except SystemExit:  # how Lightning answers Ctrl-C, which it then ignores
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from None
    except RuntimeError as error:  # or so, where it had not all made yet that it tears down then
        if not _follows_ctrl_c(error):
            raise
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from None


def _follows_ctrl_c(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _plugins() -> list[Any]:
    """Under SLURM Lightning would write and requeue by itself, in the middle of a step."""
    plugins: list[Any] = [AtomicCheckpointIO()]
    if SLURMEnvironment.detect() and not TorchElasticEnvironment.detect():
        plugins.append(SLURMEnvironment(auto_requeue=False))
    return plugins


def _several_devices(settings: dict) -> bool:
    devices = settings["devices"]
    if devices == "auto":
        devices = torch.cuda.device_count() if settings["accelerator"] in ("auto", "gpu", "cuda") else 1
    return settings["num_nodes"] > 1 or (len(devices) if isinstance(devices, list) else int(devices)) > 1
