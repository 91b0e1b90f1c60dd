"""The scripts that show what a run survives, in small."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_killed_five_times_ends_as_if_nothing_had_been(tmp_path):
    """Weights, optimizers, averages, p of the augmentation, path lengths, metrics.csv: in every bit."""
    command = [sys.executable, SCRIPTS / "kill_and_resume.py", "--kills", "5", "--images", "40"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--folder", tmp_path], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("the same in every bit")
    assert done.stdout.count("\nkill ") == 5


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_killed_at_every_change_to_its_folder_ends_as_if_nothing_had_been(tmp_path):
    """Also where all images are seen and last.ckpt has not moved yet: the same files, and no others."""
    command = [sys.executable, SCRIPTS / "kill_and_resume.py", "--aimed", "--folder", tmp_path]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("the same in every bit")
    for moment in ("the link last.ckpt is made", "last.ckpt moves", "an old checkpoint is deleted"):
        assert f"kill before {moment}, after 60 of 60 images" in done.stdout
