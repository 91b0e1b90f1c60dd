"""Seconds and bytes of a piece of work on a device, and the rates that the device reaches at most."""

import resource
import statistics
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import torch

from gpen_train.devices import wait_for

MOST_RUNS = 50
SIDES = {"cuda": 8192, "cpu": 1024}  # of the matrices that are multiplied
COPIED = {"cuda": 1 << 30, "cpu": 1 << 26}  # bytes


class Clocked(NamedTuple):
    """The median of several runs, and the most memory that any of them took."""

    seconds: float
    peak_bytes: int  # of a GPU; on CPUs of the whole process, since it began


def clocked(work: Callable[[], Any], device: torch.device, budget: float) -> Clocked:
    """Run ``work`` once to warm up, then for about ``budget`` seconds, once at least."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    work()
    wait_for(device)
    taken: list[float] = []
    while len(taken) < MOST_RUNS and sum(taken) < budget:
        begin = perf_counter()
        work()
        wait_for(device)
        taken.append(perf_counter() - begin)
    return Clocked(statistics.median(taken), peak_bytes(device))


def peak_bytes(device: torch.device) -> int:
    """Of the device's memory, or of the process where that is the CPU's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Rates(NamedTuple):
    """What the device reaches in the one operation that is made for it."""

    flop_per_second: float  # multiplying square matrices
    bytes_per_second: float  # copying, each byte counted as it is read and as it is written


def measured_rates(device: torch.device, dtype: torch.dtype, budget: float) -> Rates:
    """Of a device, for products of ``dtype``."""
    side, num_bytes = SIDES[device.type], COPIED[device.type]
    one = torch.randn(side, side, device=device).to(dtype)
    product = torch.empty_like(one)
    source = torch.ones(num_bytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    multiplied = clocked(lambda: torch.mm(one, one, out=product), device, budget)
    copied = clocked(lambda: target.copy_(source), device, budget)
    return Rates(2 * side**3 / multiplied.seconds, 2 * num_bytes / copied.seconds)
