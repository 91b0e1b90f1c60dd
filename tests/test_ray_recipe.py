"""The recipe of docs/ray.md, run on one machine: the pixels of gpen restore."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gpen_train
from gpen_train.cli.main import main
from gpen_train.images import read_image, write_image
from gpen_train.models.gpen import build_gpen

PAGE = Path(__file__).parents[1] / "docs" / "ray.md"
# A small cluster of its own, without a page to look at.
RUN = """
import runpy, sys, ray
ray.init(include_dashboard=False, num_cpus=1, logging_level="warning")
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def recipe(tmp_path):
    """The page's program."""
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    (tmp_path / "ray_restore.py").write_text(program)
    return tmp_path / "ray_restore.py"


@pytest.fixture
def album(tmp_path):
    """Three aligned faces' worth of pixels, one of them in a subfolder, and a file that is none."""
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.jpg", "more/c.png"):
        write_image(tmp_path / "album" / name, rng.integers(0, 256, (32, 32, 3), dtype=np.uint8))
    (tmp_path / "album" / "d.png").write_text("no image")
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    gpen_train.save(model, tmp_path / "model.pth")
    return tmp_path / "album"


@pytest.mark.slow
def test_the_recipe_gives_what_gpen_restore_gives(recipe, album, tmp_path, monkeypatch):
    pytest.importorskip("ray.data", reason='pip install "ray[data]"')
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-c", RUN, str(recipe), "album", "ray", "model.pth", "1"]
    quiet = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    found = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **quiet})
    assert found.returncode == 1, found.stderr
    assert "restored 3 of 4\n" in found.stdout
    assert "d.png" in found.stdout.splitlines()[-1]
    plain = ["--checkpoint", "model.pth", "--output", "plain", "--format", "png", "--batch-size", "1"]
    assert main(["restore", "album", *plain]) == 1
    for name in ("a.png", "b.png", "more/c.png"):
        ours, theirs = (read_image(tmp_path / folder / name) for folder in ("ray", "plain"))
        assert np.array_equal(ours, theirs)
        assert ours.shape == (32, 32, 3)
