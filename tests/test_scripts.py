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
