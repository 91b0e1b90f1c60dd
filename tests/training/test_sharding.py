"""A model split between two processes trains as a whole one does, and its checkpoints are whole."""

import os
import subprocess
import sys

import pytest
import torch

from gpen_train.cli.run_folder import FOLDER_VARIABLE

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
)


def train(folder, *overrides, processes=1):
    launcher = ["-m", "torch.distributed.run", f"--nproc-per-node={processes}"] if processes > 1 else []
    command = [sys.executable, *launcher, "-m", "gpen_train.cli.main", "train", *TINY, *overrides]
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    environment["OMP_NUM_THREADS"] = "1"
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.mark.slow
def test_a_split_model_trains_as_a_whole_one(tmp_path):
    for images, resume in ((16, "resume=false"), (32, "resume=true")):
        train(tmp_path, "run_dir=whole", f"images={images}", resume)
        train(tmp_path, "run_dir=split", f"images={images}", resume, "trainer.strategy=fsdp", processes=2)
    whole, split = (
        torch.load(tmp_path / run / "checkpoints" / "last.ckpt", weights_only=True)
        for run in ("whole", "split")
    )
    assert whole["images_seen"] == split["images_seen"] == 32
    for name, tensor in whole["state_dict"].items():
        torch.testing.assert_close(split["state_dict"][name], tensor, rtol=1e-4, atol=1e-5)
    assert (tmp_path / "split" / "export" / "gpen-bfr-32.pth").is_file()
