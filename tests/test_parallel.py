"""Work in several processes: in order, with errors as they were."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

from gpen_train import parallel
from gpen_train.images import UnreadableImageError
from gpen_train.parallel import in_parallel, num_workers_for


def work(item):
    if item == "bad":
        raise UnreadableImageError("a.png", "cut off")
    return {"item": item, "array": np.full(2, len(item)), "process": os.getpid()}


@pytest.mark.parametrize("num_workers", [0, 2])
def test_results_in_order_and_unchanged(num_workers):
    results = list(in_parallel(work, ["c", "aa", "b", "dddd"], num_workers))
    assert [result["item"] for result in results] == ["c", "aa", "b", "dddd"]
    assert all(isinstance(result["array"], np.ndarray) for result in results)
    assert all((result["process"] == os.getpid()) == (num_workers == 0) for result in results)


@pytest.mark.parametrize("num_workers", [0, 1])
def test_an_error_keeps_its_kind_and_message(num_workers):
    results = in_parallel(work, ["a", "bad", "c"], num_workers)
    assert next(results)["item"] == "a"
    with pytest.raises(UnreadableImageError, match=r"^a.png is no readable image: cut off"):
        next(results)


def test_nothing_to_do():
    assert list(in_parallel(work, [], 4)) == []


def tensor(item):
    return {"image": torch.full((1000, 1000), float(item)), "half": torch.arange(10).half()[::2]}


def test_where_shared_memory_is_full_tensors_come_through_pipes(monkeypatch):
    def full(tensor):
        raise RuntimeError("unable to allocate shared memory(shm): No space left on device (28)")

    monkeypatch.setattr(torch.Tensor, "share_memory_", full)
    for item, result in enumerate(in_parallel(tensor, range(3), 2)):
        for name, wanted in tensor(item).items():
            torch.testing.assert_close(result[name], wanted, rtol=0, atol=0)


def test_a_small_shared_memory_is_enough():
    """Really small: of 1 MB, for tensors of 4 MB. It was a traceback, and waiting for ever."""
    in_namespace = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=1m none /dev/shm && exec "$@"', "sh"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*in_namespace, "true"], capture_output=True).returncode
    ):
        pytest.skip("mounting a small /dev/shm is not allowed here")
    program = (
        "import torch; from gpen_train.parallel import in_parallel\n"
        "def work(item): return torch.full((1000, 1000), float(item))\n"
        "print(*(float(image.mean()) for image in in_parallel(work, range(5), 2)))"
    )
    command = [*in_namespace, sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("0.0 1.0 2.0 3.0 4.0\n", "")


@pytest.fixture
def words(caplog):
    """``words()`` -> what was said; what was said before, in other tests, can be said again."""
    parallel._say_once.cache_clear()
    yield lambda: [record.getMessage() for record in caplog.records]
    parallel._say_once.cache_clear()


def test_a_line_says_that_batches_do_not_fit(monkeypatch, words):
    monkeypatch.setattr(parallel, "free_shared_memory", lambda: 64_000_000)
    parallel.check_shared_memory(64_000_000)
    assert words() == []
    for _ in range(2):
        parallel.check_shared_memory(251_000_000)
    assert words() == [
        "/dev/shm has 64 MB free, batches take 251 MB: some go through pipes, more slowly; give it more, "
        "as with docker run --shm-size=2g"
    ]


@pytest.mark.parametrize(
    ("cores", "asked", "sharing", "wanted"),
    [
        (1, None, 1, 1),
        (8, None, 1, 8),
        (8, None, 3, 2),
        (2, None, 8, 1),
        (200, None, 1, 16),
        (8, 0, 1, 0),
        (1, 4, 1, 4),
    ],
)
def test_as_many_workers_as_cores_or_as_asked_for(monkeypatch, words, cores, asked, sharing, wanted):
    monkeypatch.setattr(parallel, "num_cores", lambda: cores)
    assert num_workers_for(asked, sharing) == wanted
    too_many = "4 processes load images on 1 core, which is slow: set fewer, or null"
    assert words() == ([too_many] if asked == 4 else [])


@pytest.mark.filterwarnings("error")
def test_a_loader_with_more_workers_than_cores_does_not_warn_itself(monkeypatch, words):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    assert len(list(in_parallel(work, ["a", "b", "c"], 3))) == 3
    assert words() == ["3 processes load images on 1 core, which is slow: set fewer, or null"]
