"""Several processes for one evaluation: those of torchrun or SLURM, or some that are started here."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist

from gpen_train.cli.launch import num_started, started_rank
from gpen_train.devices import choose_device
from gpen_train.words import plural

TIMEOUT = timedelta(minutes=30)


@contextmanager
def processes(num: int, device: str, command: Sequence[str]) -> Iterator[torch.device]:
    """Within it ``num`` processes do the same, this one as the first -> this one's device.

    The others run ``gpen COMMAND`` and print nothing; where torchrun or SLURM has started processes, none are
    added. With GPUs each process has its own. Raises ValueError where there are fewer of them.
    """
    chosen = choose_device(device)
    if num < 1:
        raise ValueError(f"devices is {num}; expected 1 or more")
    if chosen.type == "cuda" and num > torch.cuda.device_count():
        there_are = plural(torch.cuda.device_count(), "GPU is here", "GPUs are here")
        raise ValueError(f"devices is {num} and {there_are}; set devices to that")
    if num_started() > 1:
        variables, own = {}, started_rank()
        place = {"rank": own, "world_size": num_started()}
    else:
        variables, place = _variables(num), {"rank": 0, "world_size": num}
    if place["world_size"] == 1:
        yield chosen
        return
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(chosen)
    others = _start(num, variables, command) if variables else []
    try:
        os.environ |= variables
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo", timeout=TIMEOUT, **place)
        yield chosen
        dist.barrier()
    except RuntimeError as error:
        if isinstance(error, dist.DistError) or "gloo" in str(error):
            reason = str(error).splitlines()[0]
            raise OSError(f"another process has ended ({reason}); see what it says with devices=1") from error
        raise
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
        for process in others:
            process.terminate()
            process.wait()
        for name in variables:
            os.environ.pop(name, None)


def _variables(num: int) -> dict[str, str]:
    """What the processes need to find each other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(num), "RANK": "0"}


def _start(num: int, variables: dict[str, str], command: Sequence[str]) -> list[subprocess.Popen]:
    """The processes beside this one; errors of theirs are this one's too."""
    started = []
    for number in range(1, num):
        own = {"RANK": str(number), "LOCAL_RANK": str(number)}
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "gpen_train", *command],
                env=os.environ | variables | own,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    return started
