"""gpen train in several processes: the same run as in one, and what happens when one of them is lost."""

import math
import os
import signal
import time
from pathlib import Path

import pytest
import torch

from gpen_train.checkpoints.load import load_gpen
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.evaluation.report.model import read_report
from gpen_train.training import diagnosis, step
from gpen_train.training.part import part_of


def first_moments(state):
    """Adam's, which with beta1 = 0 are the gradients of the last step."""
    return [entry["exp_avg"] for o in state["optimizer_states"] for _, entry in sorted(o["state"].items())]


LOSSES = {
    "logistic": ["losses.path_length.weight=2"],
    "relativistic": [
        "losses.adversarial.kind=relativistic",
        "losses.adversarial.adaptive=true",
        "losses.r2.weight=10",
        "losses.focal_frequency.weight=1",
        "losses.pyramid.weight=1",
    ],
}


@pytest.mark.parametrize("kind", ["logistic", pytest.param("relativistic", marks=pytest.mark.slow)])
def test_two_processes_do_what_one_does(tmp_path, ranks, written, kind):
    """2 x 4 images against 1 x 8: the gradients of the first step, with R1, others and augmentation, and the
    whole account, with schedules."""
    common = ["data.batch_size=8", "data.num_workers=1", "log_every=8", "save_every=8"]
    common += [*LOSSES[kind], "augment.groups=bgc", "augment.p=0.5"]
    common += [
        "optimizer.schedule={shape: cosine, until: 20}",
        "losses.r1.schedule={shape: linear, until: 20}",
        "ema.profiles=[0.1]",
    ]
    for num, run in ((1, "one"), (2, "two")):
        for images in (8, 20):
            ranks.start(num, *common, f"run_dir={run}", f"images={images}", "resume=true")
            assert ranks.wait() == [0] * num, ranks.words(0)
            if images == 8:
                (tmp_path / run / "checkpoints" / "000000008.ckpt").rename(tmp_path / f"{run}.ckpt")
                os.link(tmp_path / f"{run}.ckpt", tmp_path / run / "checkpoints" / "000000008.ckpt")
    one, two = (safe_load(tmp_path / f"{run}.ckpt") for run in ("one", "two"))
    pairs = list(zip(first_moments(one), first_moments(two), strict=True))
    assert len(pairs) > 100
    for ours, theirs in pairs:
        # in float32, in which what pairs have in common cancels only to the last bits
        assert (ours - theirs).norm() <= 1e-5 * ours.norm() + 5e-7
    assert written("one").rows[1]["r1"]
    rate = 2e-3 * (0.1 + 0.9 * 0.095492)  # of 16 images of 20
    rate *= 4 / 5 if kind == "logistic" else 1  # path length comes every 4th step
    assert float(written("one").rows[-1]["encoder_rate"]) == pytest.approx(rate, rel=1e-4)
    for ours, theirs in zip(written("one").rows, written("two").rows, strict=True):
        assert ours["images"] == theirs["images"]
        for name in set(ours) - {"images"}:
            assert (ours[name] == "") == (theirs[name] == "")
            if ours[name]:
                assert float(theirs[name]) == pytest.approx(float(ours[name]), rel=1e-3), name
    for run in ("one", "two"):
        assert written(run).checkpoint()["images_seen"] == 24  # 20 rounded up to whole batches
    kept = [
        {file.name: load_gpen(str(file)) for file in (tmp_path / run / "profiles").iterdir()}
        for run in ("one", "two")
    ]
    assert (
        sorted(kept[0]) == sorted(kept[1]) == ["000000008-0.1.pth", "000000016-0.1.pth", "000000024-0.1.pth"]
    )
    for name, average in kept[0].items():
        ours, theirs = (
            torch.cat([p.flatten() for p in one.parameters()]) for one in (average, kept[1][name])
        )
        assert (ours - theirs).norm() < 1e-2 * ours.norm()
    alone, together = (read_report(tmp_path / run / "report") for run in ("one", "two"))
    assert alone.images == together.images
    for ours, theirs in zip(alone.systems, together.systems, strict=True):
        assert theirs.scores["psnr"].mean == pytest.approx(ours.scores["psnr"].mean, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["path_length.weight=2", "adversarial.adaptive=true"])
def test_what_sharding_cannot_do_is_refused(ranks, setting):
    ranks.start(2, "data.batch_size=8", "trainer.strategy=fsdp", f"losses.{setting}")
    assert ranks.wait() == [1, 1]
    (line,) = [line for line in ranks.words(0).splitlines() if line.startswith("gpen: ")]
    name, value = setting.split("=")
    off = f"losses.{name}={'false' if value == 'true' else 0}"
    assert "sharding cannot" in line
    assert line.endswith(f"set {off}, or trainer.strategy=auto")


@pytest.mark.slow
def test_a_resumed_run_of_two_processes_ends_bit_equal(tmp_path, ranks, written):
    common = ["data.batch_size=8", "log_every=16", "losses.path_length.weight=2", "augment.groups=bg"]
    for run, parts in (("whole", [24]), ("parts", [8, 24])):
        for images in parts:
            ranks.start(2, *common, f"run_dir={run}", f"images={images}", "resume=true")
            assert ranks.wait() == [0, 0], ranks.words(0)
    ours, theirs = (written(run).checkpoint()["state_dict"] for run in ("whole", "parts"))
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())
    assert (tmp_path / "whole" / "metrics.csv").read_text() == (
        tmp_path / "parts" / "metrics.csv"
    ).read_text()


LONG = ("data.batch_size=8", "images=80000", "save_every=8", "keep=1", "report_every=0")


def test_when_one_is_killed_the_other_says_so_and_stops(tmp_path, ranks, written):
    ranks.start(2, *LONG)
    ranks.wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt")
    os.kill(ranks.processes[1], signal.SIGKILL)
    assert ranks.wait(20) == [1, -signal.SIGKILL]
    (line,) = [line for line in ranks.words(0).splitlines() if line.startswith("gpen: ")]
    assert "another process of this run has died or does not answer" in line
    assert line.endswith("start again with resume=true")
    assert "Traceback" not in ranks.words(0)
    seen = written().checkpoint()["images_seen"]
    ranks.start(2, *LONG, f"images={seen + 8}", "resume=true")
    assert ranks.wait() == [0, 0], ranks.words(0)
    assert written().checkpoint()["images_seen"] == seen + 8


@pytest.mark.slow
def test_when_one_hangs_the_other_waits_no_longer_than_the_timeout(tmp_path, ranks):
    ranks.start(2, *LONG, "trainer.timeout=3")
    ranks.wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt")
    os.kill(ranks.processes[1], signal.SIGSTOP)
    began = time.monotonic()
    hanging = ranks.processes.pop()
    assert ranks.wait(20) == [1]
    assert time.monotonic() - began < 15
    ranks.processes = [hanging]
    assert "has died or does not answer" in ranks.words(0)


@pytest.mark.slow
@pytest.mark.parametrize("to", [0, 1])
def test_a_signal_to_one_stops_all(tmp_path, ranks, under_slurm, to, written):
    """Under SLURM, where Lightning would write a checkpoint of its own, within the step."""
    ranks.start(2, *LONG, "trainer.devices=2", variables=under_slurm)
    ranks.wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt")
    os.kill(ranks.processes[to], signal.SIGUSR1)
    assert ranks.wait(20) == [138, 138], ranks.words(0)
    assert ranks.words(0).count("resume=true goes on from there") == 1
    seen = int(ranks.words(0).split("stopped at ")[1].split()[0])
    assert written().checkpoint()["images_seen"] == seen
    assert not list((tmp_path / "run").glob("hpc_ckpt*"))


@pytest.mark.slow
def test_a_signal_to_the_whole_group_spares_the_workers(tmp_path, ranks):
    """As a terminal's Ctrl-C and a scheduler's signal do, which the processes that load images get too."""
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGUSR1, 138)):
        before = newest(tmp_path)
        ranks.start(1, *LONG, "data.num_workers=2", "resume=true")
        while newest(tmp_path) <= before:  # of this start: the link to the last one is made anew at once
            time.sleep(0.02)
        os.killpg(ranks.processes[0], number)
        assert ranks.wait(20) == [code], ranks.words(0)


def newest(folder):
    """Images of the last checkpoint; 0 where there is none."""
    found = (folder / "run" / "checkpoints").glob("[0-9]*.ckpt")
    return max((int(path.stem) for path in found), default=0)


@pytest.mark.slow
def test_a_death_among_the_workers_is_told(tmp_path, ranks):
    """As when the system is short of memory."""
    ranks.start(1, *LONG, "data.num_workers=1")
    ranks.wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt")
    (main,) = ranks.processes
    (worker,) = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    assert ranks.wait(20) == [1]
    (line,) = [line for line in ranks.words(0).splitlines() if line.startswith("gpen: ")]
    assert "a process that loads images has died" in line
    assert line.endswith("start again with resume=true")
    assert "Traceback" not in ranks.words(0)


def nan_on_one(batches):
    """In these batches, counted from 0, the second process has a NaN."""

    def apply(rank):
        seen = []

        def spoilt(batch, number, count):
            if not any(batch is other for other in seen):
                seen.append(batch)
            part = part_of(batch, number, count)
            if rank == 1 and len(seen) - 1 in batches:
                part.clean[0, 0, 0, 0] = math.nan
            return part

        step.part_of = diagnosis.part_of = spoilt

    return apply


@pytest.mark.slow
def test_all_skip_a_step_that_is_bad_on_one(ranks, written):
    ranks.start(2, "data.batch_size=8", "images=24", "log_every=8", spoil=nan_on_one([1]))
    assert ranks.wait() == [0, 0], ranks.words(0)
    counted = [row["skipped_steps"] for row in written().rows]
    assert counted == ["", "0", "1", "1"]  # the first row has the held-out scores before the first step


@pytest.mark.slow
def test_all_go_back_and_stop(ranks):
    """The one with the bad tensor names it; nobody waits for anybody."""
    common = ["model=tiny_prior", "task=prior", "losses=prior", "data.batch_size=8", "images=800"]
    ranks.start(2, *common, "compute.max_bad_steps=2", spoil=nan_on_one(range(2, 1000)))
    assert ranks.wait() == [1, 1]
    assert ranks.words(0).count("going back, with lower rates") == 1
    assert "the first bad tensor is the input clean; the run went back once" in ranks.words(1)


@pytest.mark.slow
def test_a_folder_that_not_all_see_is_noticed(tmp_path, ranks):
    def elsewhere(rank):
        os.chdir(tmp_path / "other" if rank else tmp_path)

    (tmp_path / "other").mkdir()
    ranks.start(1, "images=8")
    assert ranks.wait() == [0]
    ranks.start(2, "resume=true", "trainer.timeout=20", spoil=elsewhere)
    assert ranks.wait() == [1, 1]
    for rank in (0, 1):
        assert "have a checkpoint of 8 images, others of 0" in ranks.words(rank)


def test_several_processes_must_be_told_the_folder(ranks):
    ranks.start(2, "run_dir=null")
    assert ranks.wait() == [1, 1]
    assert "2 processes are started and run_dir is not set" in ranks.words(1)
