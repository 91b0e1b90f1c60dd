"""A tiny run of gpen train, in a folder of its own; alone, or in several processes."""

import csv
import gc
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

import pytest
import torch
import wandb

import gpen_train.cli.train  # noqa: F401  what takes seconds is imported once, before the forks
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.main import main
from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.models.gpen import build_gpen

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
def here(tmp_path, monkeypatch):
    """An empty folder to run commands in; what a run tells the processes that it starts is forgotten."""
    monkeypatch.chdir(tmp_path)
    os.environ.pop(FOLDER_VARIABLE, None)
    yield tmp_path
    os.environ.pop(FOLDER_VARIABLE, None)


@pytest.fixture
def tiny_settings():
    return TINY


@pytest.fixture
def tiny_train(here):
    """``tiny_train(*overrides)`` -> the exit code; the run lies in here / "run"."""

    def train(*overrides):
        os.environ.pop(FOLDER_VARIABLE, None)
        return main(["train", *TINY, "run_dir=run", *overrides])

    return train


class Written:
    """What a run has written into its folder."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def rows(self):
        """Of metrics.csv."""
        with (self.folder / "metrics.csv").open() as file:
            return list(csv.DictReader(file))

    @property
    def checkpoints(self):
        return sorted(path.stem for path in (self.folder / "checkpoints").iterdir())

    def checkpoint(self, name="last"):
        return safe_load(self.folder / "checkpoints" / f"{name}.ckpt")


@pytest.fixture
def written(tmp_path):
    """``written(name)`` -> what the run of that name has written."""
    return lambda name="run": Written(tmp_path / name)


@pytest.fixture
def one_line(capsys):
    """``one_line()`` -> the only line on stderr."""

    def read():
        (line,) = capsys.readouterr().err.strip().splitlines()
        return line

    return read


@pytest.fixture
def fixtures():
    """The folder of the official networks, made small."""
    return Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def tiny_model():
    """A GPEN of 32 px, the same at every call."""
    torch.manual_seed(0)
    return build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)


@pytest.fixture
def no_account(tmp_path, monkeypatch):
    """Of Weights & Biases: neither a key nor a run of another test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    wandb.finish()
    yield
    wandb.finish()


@pytest.fixture
def last_line(capsys):
    """``last_line()`` -> the last line on stderr."""
    return lambda: capsys.readouterr().err.strip().splitlines()[-1]


def torchrun_variables(rank, num, port):
    """What torchrun tells a process."""
    return {
        **dict.fromkeys(("RANK", "LOCAL_RANK"), str(rank)),
        **dict.fromkeys(("WORLD_SIZE", "LOCAL_WORLD_SIZE"), str(num)),
        **{"GROUP_RANK": "0", "GROUP_WORLD_SIZE": "1", "TORCHELASTIC_RUN_ID": "test"},
        **{"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)},
    }


def slurm_variables(rank, num, port):
    """What srun tells a task."""
    return {
        **dict.fromkeys(("SLURM_PROCID", "SLURM_LOCALID"), str(rank)),
        **dict.fromkeys(("SLURM_NTASKS", "SLURM_NTASKS_PER_NODE"), str(num)),
        **{"SLURM_JOB_ID": "1", "SLURM_JOB_NAME": "gpen", "SLURM_NODEID": "0", "SLURM_NODELIST": "localhost"},
        **{"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)},
    }


class Ranks:
    """Processes that gpen train runs in, with the variables that a launcher would give them.

    They are forked: starting Python anew would take most of a test's time.
    """

    def __init__(self, folder):
        self.folder, self.processes = folder, []

    def start(self, num, *overrides, variables=torchrun_variables, spoil=None):
        """``spoil(rank)`` may change what a process runs."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.processes = []
        # What other tests have left must not be collected in the children: a session of ONNX Runtime would
        # wait there for threads that were not forked with it.
        gc.collect()
        gc.freeze()
        for rank in range(num):
            process = os.fork()
            if not process:
                if num > 1:
                    os.environ |= variables(rank, num, port)
                self._run(rank, overrides, spoil)
            self.processes.append(process)
        gc.unfreeze()

    def _run(self, rank, overrides, spoil):
        os.setsid()
        sys.stdout = sys.stderr = (self.folder / f"rank{rank}.txt").open("w", buffering=1)  # not pytest's
        for stream in (1, 2):
            os.dup2(sys.stdout.fileno(), stream)
        os.environ.pop(FOLDER_VARIABLE, None)
        code = 1
        try:
            torch.set_num_threads(1)
            if spoil:
                spoil(rank)
            code = main(["train", *TINY, "run_dir=run", *overrides])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def wait(self, seconds=60):
        """The exit codes; -N where signal N ended a process."""
        codes, end = [], time.monotonic() + seconds
        for process in self.processes:
            finished, status = os.waitpid(process, os.WNOHANG)
            while not finished:
                assert time.monotonic() < end, f"still running after {seconds} s: {self.words(0)}"
                time.sleep(0.02)
                finished, status = os.waitpid(process, os.WNOHANG)
            codes.append(os.waitstatus_to_exitcode(status))
        self.processes = []
        return codes

    def words(self, rank):
        """What a process has printed."""
        return (self.folder / f"rank{rank}.txt").read_text()

    def wait_for(self, path, seconds=60):
        """Until a file is there."""
        end = time.monotonic() + seconds
        while not path.exists():
            assert time.monotonic() < end, self.words(0)
            time.sleep(0.01)

    def stop(self):
        for process in self.processes:
            os.kill(process, signal.SIGKILL)  # those that load its images end with it
            os.waitpid(process, 0)


@pytest.fixture
def under_slurm():
    return slurm_variables


@pytest.fixture
def ranks(tmp_path, monkeypatch):
    """Processes for gpen train; the run lies in tmp_path / "run"."""
    if torch.cuda.is_available():
        pytest.skip("PyTorch cannot be forked once it has seen a GPU")
    monkeypatch.chdir(tmp_path)
    processes = Ranks(tmp_path)
    yield processes
    processes.stop()
