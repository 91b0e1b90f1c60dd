"""What a run writes: metrics.csv, sample grids, checkpoints; and how it stops on a signal."""

import csv
import json
import os
import re
import signal
from time import sleep

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback
from pytorch_lightning.loggers.logger import Logger

from gpen_train.images import read_image
from gpen_train.training.callbacks.checkpoint_io import AtomicCheckpointIO
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.callbacks.metrics_file import MetricsFile
from gpen_train.training.callbacks.progress import ImageProgress, display, duration
from gpen_train.training.callbacks.reports import HeldOutReport, LossReport
from gpen_train.training.callbacks.speed import SpeedReport
from gpen_train.training.callbacks.trace import Trace


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_reports_come_every_so_many_images(make_module, make_data, make_trainer, tmp_path):
    log = MetricsFile(tmp_path / "metrics.csv")
    trainer = make_trainer(LossReport(8), HeldOutReport(tmp_path / "samples", 12), loggers=[log])
    trainer.fit(make_module(), make_data(images=24))
    written = rows(tmp_path / "metrics.csv")
    assert [int(row["images"]) for row in written] == [0, 8, 12, 16, 24]
    assert all(float(row["content"]) > 0 for row in written if row["content"])
    assert [row["images"] for row in written if row["held_out_psnr"]] == ["0", "12", "24"]
    grids = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert grids == ["000000.png", "000012.png", "000024.png"]
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


class Kept(Logger):
    """A logger that keeps what it is given."""

    name, version = "kept", 0

    def __init__(self):
        super().__init__()
        self.taken = []

    def log_metrics(self, metrics, step=None):
        self.taken.append(metrics)

    def log_hyperparams(self, params):
        pass


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


LOSSES = {"d_adversarial": 1.3, "r1": 0.6, "adversarial": 0.7, "feature_matching": 0.002, "content": 3.5}
SCORES = {
    3200: {"held_out_psnr": 25.8312, "held_out_ssim": 0.77, "held_out_lpips": 0.2},
    6400: {"held_out_psnr": 25.4, "held_out_ssim": 0.78, "held_out_lpips": 0.19},
}


@pytest.mark.parametrize("width", [40, 80, 100, 120, 160])
@pytest.mark.parametrize("images", [12_000, 25_600_000])
def test_count_time_and_speed_always_fit(width, images):
    scores, count, losses = display(width, 6400, images, 45.24, 0.31, LOSSES, SCORES)
    assert all(len(line) <= width for line in (scores, losses))
    assert count.startswith(f"6400/{images} images, ")
    assert " left, 45.2 images/s" in count
    assert "31 % waiting for data" in count or width < 80
    if width >= 80:
        assert len(count) <= width
        assert "━" in count or images > 12_000
        assert scores.startswith("held out at 6400 images: psnr 25.4 (best 25.83 at 3200)")
        assert losses.startswith("losses: d_adversarial 1.300 r1 0.600 adversarial 0.700")
    assert losses.endswith("content 3.500") == (width >= 100)


class Slow:
    """Data that take their time."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        for batch in self.batches:
            sleep(0.2)
            yield batch


def test_the_time_that_is_spent_waiting_for_data(make_module, make_data, make_trainer, monkeypatch, capsys):
    log = Kept()
    data = make_data(images=24)
    quick = data.train_dataloader
    for loader, low, high in ((quick, 0, 0.5), (lambda: Slow(quick()), 0.2, 1)):
        monkeypatch.setattr(data, "train_dataloader", loader)
        make_trainer(SpeedReport(12), loggers=[log]).fit(make_module(), data)
        for figures in log.taken:
            assert low <= figures["share_waiting_for_data"] <= high
            assert figures["images_per_second"] * figures["seconds_per_kimg"] == pytest.approx(1000)
        assert len(log.taken) == 2
        log.taken.clear()
        assert re.search(
            r"trained at [\d.]+ images/s \([\d.,]+ s a thousand\), .* % of the time", capsys.readouterr().out
        )


def test_a_trace_of_a_few_steps(make_module, make_data, make_trainer, tmp_path):
    make_trainer(Trace(tmp_path / "profile")).fit(make_module(), make_data(images=40))
    names = {
        event["name"]
        for event in json.loads((tmp_path / "profile" / "trace.json").read_text())["traceEvents"]
    }
    assert "aten::conv2d" in names
    lines = (tmp_path / "profile" / "operations.txt").read_text().splitlines()
    assert lines[0] == "Steps 5 to 8, the 10 costliest operations"
    assert sum("aten::" in line for line in lines) >= 5


def test_means_of_a_checkpoint_come_to_the_device(make_module):
    """From the CPU, where checkpoints are read, before terms there are added to them."""
    module = make_module()
    module.step.means.load_state_dict({"sums": {"r1": torch.ones(())}, "counts": {"r1": 2}})
    module._device = torch.device("meta")
    module.on_train_start()
    module.step.means.add({"content": torch.ones((), device="meta")}, torch.ones((), device="meta").bool())
    sums = module.step.means.state_dict()["sums"]
    assert {name: total.device.type for name, total in sums.items()} == {"r1": "meta", "content": "meta"}


def test_a_run_too_short_for_a_trace_leaves_none(make_module, make_data, make_trainer, tmp_path):
    """Six steps of the eight."""
    make_trainer(Trace(tmp_path / "profile")).fit(make_module(), make_data(images=24))
    assert not (tmp_path / "profile").exists()


def test_a_bar_is_as_full_as_the_run():
    for seen, share in ((0, 0.0), (6000, 0.5), (12_000, 1.0)):
        (count,) = display(120, seen, 12_000, 50.0, 0.0, {}, {})
        assert count.count("━") == pytest.approx(share * (count.count("━") + count.count("╌")), abs=1)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(41.6, "42 s"), (187, "3:07 min"), (19_200, "5:20 h"), (172_800, "2 days 0 h"), (532_800, "6 days 4 h")],
)
def test_time_left_in_words(seconds, words):
    assert duration(seconds) == words
