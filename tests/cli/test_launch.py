"""Which of several processes this is, and which device is its own."""

import pytest
import torch

from gpen_train.cli.launch import num_started, own_gpu, started_rank

LAUNCHERS = {
    "alone": ({}, 0, 1, "cuda"),
    "torchrun": ({"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}, 5, 8, "cuda:1"),
    "SLURM": ({"SLURM_PROCID": "3", "SLURM_NTASKS": "4", "SLURM_LOCALID": "2"}, 3, 4, "cuda:2"),
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_ranks_and_devices(launcher, monkeypatch):
    variables, own, started, device = LAUNCHERS[launcher]
    for name in (
        "RANK",
        "WORLD_SIZE",
        "LOCAL_RANK",
        "NODE_RANK",
        "SLURM_PROCID",
        "SLURM_NTASKS",
        "SLURM_LOCALID",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (started_rank(), num_started()) == (own, started)
    assert own_gpu(torch.device("cuda")) == torch.device(device)
    assert own_gpu(torch.device("cpu")) == torch.device("cpu")
