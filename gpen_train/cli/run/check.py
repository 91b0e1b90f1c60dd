"""What can be known to be wrong before anything is opened or written: of a run and of its estimate alike."""

from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf

from gpen_train.cli.run.build import build_task, typed_settings
from gpen_train.cli.run.intervals import interval
from gpen_train.loading.build import check_data, face_data
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.words import plural

GPUS = ("gpu", "cuda")
FACE_DATA = f"{face_data.__module__}.{face_data.__qualname__}"


def check_run(config: DictConfig) -> None:
    """Raise ValueError, in one line, for a setting that a run would refuse."""
    rank = typed_settings(config)["optimizer"].adapters
    if rank and not config.init_from:
        raise ValueError(
            f"optimizer.adapters is {rank} and there is no init_from: adapters are for weights that are good "
            "already; give init_from=FILE, or optimizer.adapters=0"
        )
    Checkpoints(Path(), interval(config.save_every, config.images), config.keep, config.keep_best)
    build_task(config)
    data = OmegaConf.to_container(config.data)
    if data.pop("_target_", None) == FACE_DATA:
        check_data(**data)


def check_devices(trainer: DictConfig) -> None:
    """Raise ValueError where this machine lacks the devices; an estimate may be for another one."""
    found, wanted = torch.cuda.device_count(), trainer.devices
    if trainer.accelerator in GPUS and not found:
        raise ValueError(
            f"trainer.accelerator is {trainer.accelerator} and no GPU is found here; give trainer=cpu, or "
            "see nvidia-smi and torch.cuda.is_available()"
        )
    if trainer.accelerator in GPUS and isinstance(wanted, int) and wanted > found:
        here = plural(found, "GPU is here", "GPUs are here")
        raise ValueError(f"trainer.devices is {wanted} and {here}; give auto, or up to that")
