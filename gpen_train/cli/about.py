"""What the head of a report says: which run, when, by which command, on what machine."""

import platform
import shlex
from collections.abc import Sequence
from datetime import datetime

import torch

from gpen_train.cli.device import name_of
from gpen_train.evaluation.report.model import About


def about(name: str, command: Sequence[str], device: torch.device) -> About:
    """Of a report that ``gpen COMMAND`` makes now."""
    return About(
        name=name,
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        command=shlex.join(["gpen", *command]),
        machine=f"{name_of(device)}, {platform.system()} {platform.machine()}",
    )
