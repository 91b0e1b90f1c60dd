"""The launching scripts at work: torchrun on one machine and on two."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpen_train.checkpoints.safe_load import safe_load

pytestmark = pytest.mark.slow  # each process takes seconds to start

SCRIPTS = Path(__file__).parents[1] / "scripts"
TINY = (
    *("model=tiny_v2", "data=drawn", "data.num_images=6", "data.num_held_out=0", "data.batch_size=4"),
    *("data.num_workers=0", "log_every=8", "save_every=8", "keep=2", "trainer=cpu"),
)


@pytest.fixture
def torchrun(tmp_path):
    """``torchrun(output, *overrides, **variables)`` starts scripts/torchrun.sh; the run lies in "run"."""
    started = []

    def start(output, *overrides, **variables):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PATH": path, **variables}
        with (tmp_path / output).open("w") as file:
            command = ["bash", SCRIPTS / "torchrun.sh", *TINY, "run_dir=run", *overrides]
            where = {"env": environment, "cwd": tmp_path, "stdout": file, "stderr": file}
            process = subprocess.Popen(command, **where, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            for worker in (*workers(process), process.pid):
                os.kill(worker, signal.SIGKILL)
            process.wait()


def workers(process):
    """The processes that an agent of torchrun has started."""
    if process.poll() is not None:
        return []
    return [
        int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]


def wait_for(path, output, seconds=120):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.05)


def assert_complete(run, images):
    assert safe_load(run / "checkpoints" / "last.ckpt")["images_seen"] == images
    with (run / "metrics.csv").open() as file:
        assert [int(row["images"]) for row in csv.DictReader(file)] == list(range(8, images + 1, 8))


def test_after_a_death_torchrun_goes_on_from_the_last_checkpoint(tmp_path, torchrun):
    process = torchrun("out.txt", "images=240", PROCESSES="2")
    wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt", tmp_path / "out.txt")
    killed = workers(process)
    assert len(killed) == 2
    os.kill(killed[1], signal.SIGKILL)
    assert process.wait(300) == 0, (tmp_path / "out.txt").read_text()
    assert_complete(tmp_path / "run", 240)
    assert (tmp_path / "out.txt").read_text().count("exported run/export") == 1


def test_two_machines_and_the_death_of_one(tmp_path, torchrun):
    """Two agents on this one. The second and its process are killed; started again, it takes part again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        head = f"127.0.0.1:{probe.getsockname()[1]}"
    variables = {"NODES": "2", "PROCESSES": "1", "HEAD": head}
    first = torchrun("first.txt", "images=240", **variables)
    time.sleep(2)  # the first is the one that keeps the rendezvous
    second = torchrun("second.txt", "images=240", **variables)
    wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt", tmp_path / "first.txt")
    for victim in (*workers(second), second.pid):
        os.kill(victim, signal.SIGKILL)
    second.wait()
    again = torchrun("again.txt", "images=240", **variables)
    assert first.wait(300) == again.wait(60) == 0, (tmp_path / "first.txt").read_text()
    assert "another process of this run has died or does not answer" in (tmp_path / "first.txt").read_text()
    assert_complete(tmp_path / "run", 240)


def test_a_process_that_waits_for_another_in_vain_says_so_in_one_line(tmp_path):
    """PyTorch would show the frames of its own C++ before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "NODE_RANK": "1"}
    environment = os.environ | where | {"LOCAL_RANK": "0", "GROUP_RANK": "1"}
    overrides = ["trainer.num_nodes=2", "trainer.devices=1", "trainer.timeout=2", "run_dir=run", "images=8"]
    command = [sys.executable, "-m", "gpen_train", "train", *TINY, *overrides]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    (line,) = done.stderr.strip().splitlines()
    assert done.returncode == 1
    assert line.startswith("gpen: another process of this run has died or does not answer")
