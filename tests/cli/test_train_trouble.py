"""gpen train when something goes wrong on the way: numbers that are not finite, a disk that is full."""

import csv
import math
import os
import shutil
import subprocess

import numpy as np
import pytest

from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.training import diagnosis, step
from gpen_train.training.part import part_of


@pytest.fixture
def spoil(monkeypatch):
    """``spoil(batches)``: the degraded images of these batches, counted from 0, hold a NaN."""

    def apply(batches):
        seen = []

        def spoilt(batch, number, count):
            if not any(batch is other for other in seen):
                seen.append(batch)
            part = part_of(batch, number, count)
            if len(seen) - 1 in batches:
                part.degraded[0, 0, 0, 0] = math.nan
            return part

        for module in (step, diagnosis):
            monkeypatch.setattr(module, "part_of", spoilt)

    return apply


def test_one_bad_batch_is_skipped_and_counted(tiny_train, spoil, capsys, written):
    spoil([1])
    assert tiny_train() == 0
    assert [row["skipped_steps"] for row in written().rows] == ["", "0", "1", "1", "1"]
    assert written().rows[2]["content"] == ""  # of its only step there is nothing to log
    state = written().checkpoint()
    assert state["health"] == {"skipped": 1, "in_a_row": 0, "went_back": False}
    assert all(tensor.isfinite().all() for tensor in state["state_dict"].values())
    assert "gpen:" not in capsys.readouterr().err


def test_only_bad_batches_go_back_once_and_stop(tiny_train, spoil, capsys, written):
    spoil(range(2, 1000))
    assert tiny_train("images=400", "compute.max_bad_steps=3") == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["gpen", "gpen"]
    assert "3 steps in a row" in lines[0]
    assert lines[0].endswith("the first bad tensor is the input degraded; going back, with lower rates")
    assert "the first bad tensor is the input degraded; the run went back once" in lines[1]
    assert written().checkpoints == ["000000004", "000000008", "last"]  # none of the bad steps
    state = written().checkpoint()
    assert all(tensor.isfinite().all() for tensor in state["state_dict"].values())


def test_going_back_halves_the_rates_and_goes_on(tiny_train, spoil, written, last_line):
    spoil([2, 3])  # the third and fourth step; after going back they are other batches
    assert tiny_train("compute.max_bad_steps=2") == 0
    assert "going back" in last_line()
    state = written().checkpoint()
    assert state["health"] == {"skipped": 0, "in_a_row": 0, "went_back": True}
    assert [row["images"] for row in written().rows] == ["0", "4", "8", "12", "16"]

    def rates(name):
        groups = [
            group for o in written().checkpoint(name)["optimizer_states"] for group in o["param_groups"]
        ]
        return np.array([group["lr"] for group in groups])

    assert rates("last") == pytest.approx(rates("000000008") / 2)


def test_a_run_that_went_back_before_does_not_again(tiny_train, spoil, capsys):
    spoil([2, 3, 8, 9])
    assert tiny_train("compute.max_bad_steps=2") == 0
    capsys.readouterr()
    assert tiny_train("compute.max_bad_steps=2", "images=60", "resume=true") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "the first bad tensor is the input degraded; the run went back once" in line


def test_a_run_without_a_checkpoint_goes_back_to_its_start(tiny_train, spoil, written):
    spoil([0, 1])
    assert tiny_train("compute.max_bad_steps=2") == 0
    assert written().checkpoint()["health"]["went_back"]
    assert [row["images"] for row in written().rows] == ["0", "4", "8", "12", "16"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 MB at tmp_path / "disk"."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(disk)]
    if os.geteuid() or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_stops_with_a_line_and_the_run_goes_on(small_disk, tiny_train, capsys):
    arguments = ["run_dir=disk/run", "images=24", "keep=100"]
    ballast = small_disk / "ballast"
    assert tiny_train(*arguments, "images=4") == 0
    size = (small_disk / "run" / "checkpoints" / "000000004.ckpt").stat().st_size
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(bytes(int(free - 2.5 * size)))  # room for two more
    capsys.readouterr()
    assert tiny_train(*arguments, "resume=true") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "cannot write disk/run/checkpoints/000000016.ckpt: No space left on device; make room" in line
    kept = sorted(path.name for path in (small_disk / "run" / "checkpoints").iterdir())
    assert kept == ["000000004.ckpt", "000000008.ckpt", "000000012.ckpt", "last.ckpt"]
    assert safe_load(small_disk / "run" / "checkpoints" / "last.ckpt")["images_seen"] == 12
    ballast.unlink()
    assert tiny_train(*arguments, "resume=true") == 0
    assert safe_load(small_disk / "run" / "checkpoints" / "last.ckpt")["images_seen"] == 24
    with (small_disk / "run" / "metrics.csv").open() as file:
        assert [row["images"] for row in csv.DictReader(file)] == ["0", "4", "8", "12", "16", "20", "24"]


def test_a_file_that_cannot_grow_is_named(tiny_train, monkeypatch, written, last_line):
    """As on a full disk, for machines on which none can be mounted."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        assert tiny_train() == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot write run/checkpoints/000000004.ckpt: File too large" in last_line()
    assert written().checkpoints == []
