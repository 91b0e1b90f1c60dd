"""A tiny run of gpen train, in a folder of its own."""

import pytest

from gpen_train.cli.main import main
from gpen_train.cli.run_folder import FOLDER_VARIABLE

TINY = (
    "model=tiny_v2",
    "data=drawn",
    "data.num_images=6",
    "data.num_held_out=3",
    "data.batch_size=4",
    "data.num_workers=0",
    "trainer=cpu",
    "images=16",
    "log_every=4",
    "report_every=8",
    "save_every=4",
)


@pytest.fixture
def tiny_train(tmp_path, monkeypatch):
    """``tiny_train(*overrides)`` -> the exit code; the run lies in tmp_path / "run"."""
    monkeypatch.chdir(tmp_path)

    def train(*overrides):
        monkeypatch.delenv(FOLDER_VARIABLE, raising=False)  # what a process tells those that it starts
        return main(["train", *TINY, "run_dir=run", *overrides])

    yield train
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
