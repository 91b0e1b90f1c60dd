"""What a run writes: metrics.csv, sample grids, checkpoints; and how it stops on a signal."""

import csv
import os
import signal

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback

from gpen_train.images import read_image
from gpen_train.training.callbacks.checkpoint_io import AtomicCheckpointIO
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.callbacks.metrics_file import MetricsFile
from gpen_train.training.callbacks.progress import ImageProgress
from gpen_train.training.callbacks.reports import HeldOutReport, LossReport


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_reports_come_every_so_many_images(make_module, make_data, make_trainer, tmp_path):
    log = MetricsFile(tmp_path / "metrics.csv")
    trainer = make_trainer(LossReport(8), HeldOutReport(tmp_path / "samples", 12), loggers=[log])
    trainer.fit(make_module(), make_data(images=24))
    written = rows(tmp_path / "metrics.csv")
    assert [int(row["images"]) for row in written] == [8, 12, 16, 24]
    assert all(float(row["content"]) > 0 for row in written if row["content"])
    assert [row["images"] for row in written if row["held_out_psnr"]] == ["12", "24"]
    grids = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert grids == ["000012.png", "000024.png"]
    assert read_image(tmp_path / "samples" / "000012.png").shape == (4 * 32, 3 * 32, 3)


def test_a_resumed_log_forgets_what_comes_after(tmp_path):
    log = MetricsFile(tmp_path / "metrics.csv")
    for images in (10, 20, 30):
        log.log_metrics({"loss": images / 10}, images)
    again = MetricsFile(tmp_path / "metrics.csv")
    again.forget_after(20)
    again.log_metrics({"loss": 9.0, "psnr": 25.0}, 30)
    assert rows(tmp_path / "metrics.csv") == [
        {"images": "10", "loss": "1", "psnr": ""},
        {"images": "20", "loss": "2", "psnr": ""},
        {"images": "30", "loss": "9", "psnr": "25"},
    ]


class SendSignal(Callback):
    def __init__(self, number, at):
        self.number, self.at = number, at

    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        if module.images_seen == self.at:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_saves_after_the_step_and_stops(make_module, make_data, make_trainer, tmp_path, number):
    checkpoints = Checkpoints(tmp_path, every=1000)
    module = make_module()
    before = signal.getsignal(number)
    make_trainer(checkpoints, SendSignal(number, at=8)).fit(module, make_data(images=400))
    assert checkpoints.received == number
    saved = torch.load(tmp_path / "last.ckpt", weights_only=True)
    assert saved["images_seen"] == module.images_seen == 12
    assert signal.getsignal(number) == before


def test_a_failed_write_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "last.ckpt"
    AtomicCheckpointIO().save_checkpoint({"images_seen": 1}, path)

    def full_disk(checkpoint, file):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="No space left"):
        AtomicCheckpointIO().save_checkpoint({"images_seen": 2}, path)
    assert torch.load(path, weights_only=True) == {"images_seen": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.ckpt"]


def test_progress_speaks_in_images(make_module, make_data, make_trainer, monkeypatch, capsys):
    monkeypatch.setattr("gpen_train.training.callbacks.progress.SECONDS_BETWEEN_LINES", 0.0)
    make_trainer(ImageProgress(16)).fit(make_module(), make_data(images=16))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0] for line in lines if "images/s" in line] == ["4/16", "8/16", "12/16", "16/16"]
    assert "content" in lines[-1]
    assert np.isfinite(float(lines[-1].split(" images/s")[0].split()[-1]))
