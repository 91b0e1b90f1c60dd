"""A model split between two processes trains as a whole one does, and its checkpoints are whole."""

import os
import subprocess
import sys

import pytest
import torch

from gpen_train.cli.run.folder import FOLDER_VARIABLE

TINY = (
    "model=tiny_v2",
    "data=drawn",
    "data.num_images=8",
    "data.num_held_out=4",
    "data.batch_size=8",
    "data.num_workers=0",
    "trainer=cpu",
    "log_every=8",
    "report_every=8",
    "save_every=8",
    "optimizer=scratch",
    "losses.pyramid.weight=1",
)


# FSDP takes no channels_last, and another memory layout rounds otherwise: some 1e-4 of the gradients.
CONTIGUOUS = """
import sys
import torch
torch.channels_last = torch.contiguous_format
from gpen_train.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def train(folder, *overrides, how):
    command = [sys.executable, *how, "train", *TINY, *overrides]
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    environment["OMP_NUM_THREADS"] = "1"
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]


def load(folder, run, name):
    return torch.load(folder / run / "checkpoints" / f"{name}.ckpt", weights_only=True)


def first_moments(checkpoint):
    """Adam's, which after one step are its gradients times a factor."""
    states = [state["state"] for state in checkpoint["optimizer_states"]]
    return [moments["exp_avg"] for state in states for _, moments in sorted(state.items())]


def distance(ours, theirs):
    """Of all tensors together, relative."""
    pairs = list(zip(ours, theirs, strict=True))
    return sum((a - b).norm() ** 2 for a, b in pairs) ** 0.5 / sum(a.norm() ** 2 for a, _ in pairs) ** 0.5


@pytest.mark.slow
def test_a_split_model_trains_as_a_whole_one(tmp_path):
    """The gradients of the first step, and every weight of a resumed run."""
    in_two = ("-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "gpen_train")
    for images, resume in ((16, "resume=false"), (32, "resume=true")):
        train(tmp_path, "run_dir=whole", f"images={images}", resume, how=("-c", CONTIGUOUS))
        train(tmp_path, "run_dir=split", f"images={images}", resume, "trainer.strategy=fsdp", how=in_two)
        if images == 16:
            moments = [first_moments(load(tmp_path, run, "000000008")) for run in ("whole", "split")]
            assert distance(*moments) < 1e-5
    whole, split = (load(tmp_path, run, "last") for run in ("whole", "split"))
    assert whole["images_seen"] == split["images_seen"] == 32
    for name, tensor in whole["state_dict"].items():
        torch.testing.assert_close(split["state_dict"][name], tensor, rtol=1e-4, atol=1e-5)
    assert (tmp_path / "split" / "export" / "gpen-bfr-32.pth").is_file()
