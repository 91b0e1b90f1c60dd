"""How this process was started: alone, by Lightning beside another, by torchrun, or by SLURM."""

import os
from typing import Any

import torch

from gpen_train.curation.share import Share


def started_rank() -> int:
    """The number of this process in its run, as the launcher's variables tell; 0 where it is alone."""
    return int(_first_of("RANK", "LOCAL_RANK", "SLURM_PROCID", "NODE_RANK", default="0"))


def num_started() -> int:
    """Processes that torchrun or SLURM has started for the run; 1 where Lightning starts the others."""
    if "RANK" in os.environ:
        return int(_first_of("WORLD_SIZE", default="1"))
    return int(_first_of("SLURM_NTASKS", default="1")) if "SLURM_PROCID" in os.environ else 1


def share_of(text: str | None) -> Share:
    """ "2/4" -> the second of four; without it that of this process among those of torchrun or SLURM."""
    if text is None:
        return Share(started_rank() + 1, num_started())
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise ValueError(f"--part is {text!r}; expected one such as 1/4 or 4/4")
    return Share(int(number), int(parts))


def own_gpu(device: torch.device) -> torch.device:
    """The device of this process: with GPUs its own, where torchrun or SLURM started several."""
    if device.type != "cuda" or num_started() == 1:
        return device
    return torch.device("cuda", int(_first_of("LOCAL_RANK", "SLURM_LOCALID", default="0")))


def torchrun_layout() -> dict[str, Any]:
    """The Trainer's settings that torchrun has decided; none where it is not at work."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return {}
    return {"devices": int(os.environ["LOCAL_WORLD_SIZE"]), "num_nodes": int(os.environ["GROUP_WORLD_SIZE"])}


def _first_of(*names: str, default: str) -> str:
    return next((os.environ[name] for name in names if name in os.environ), default)
