"""The benchmark of the data runs in its short mode, and finds the quick way quicker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench" / "data.py"


@pytest.mark.slow
def test_the_short_mode():
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, SCRIPT, "--short"], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("| gpen | 512"))
    assert float(row.split("|")[5]) > 1  # the ratio of the chain's times
