"""Work in several processes: in order, with errors as they were."""

import os

import numpy as np
import pytest

from gpen_train.images import UnreadableImageError
from gpen_train.parallel import in_parallel


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
