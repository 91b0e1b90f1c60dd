"""Where the time of a step goes: a trace of a few steps, and their costliest operations."""

from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from torch.profiler import ProfilerActivity, profile, schedule

from gpen_train.files import atomic_file

PASSED_OVER = 4  # steps at the start, in which libraries choose their ways; the profiler warms up in the last
TRACED = 4  # steps after these: with the defaults path-length regularisation is in one of them
SHOWN = 10  # operations


class Trace(Callback):
    """Write FOLDER/trace.json, which chrome://tracing and Perfetto show, and FOLDER/operations.txt.

    Of the first process; a run of fewer than 8 steps leaves nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._profiler: profile | None = None
        self._steps = 0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        activities = [ProfilerActivity.CPU]
        if module.device.type == "cuda":
            activities.append(ProfilerActivity.CUDA)
        steps = schedule(wait=PASSED_OVER - 1, warmup=1, active=TRACED, repeat=1)
        self._profiler = profile(
            activities=activities, schedule=steps, record_shapes=True, on_trace_ready=self._write
        )
        self._profiler.start()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if self._profiler is not None:
            self._steps += 1
            self._profiler.step()

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self._stop()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._profiler is not None:
            self._profiler.stop()
            self._profiler = None

    def _write(self, traced: profile) -> None:
        if self._steps < PASSED_OVER + TRACED:  # the run has ended within
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        traced.export_chrome_trace(str(self.folder / "trace.json"))
        order = "self_device_time_total" if torch.cuda.is_available() else "self_cpu_time_total"
        table = traced.key_averages().table(sort_by=order, row_limit=SHOWN, max_name_column_width=40)
        heading = f"Steps {PASSED_OVER + 1} to {PASSED_OVER + TRACED}, the {SHOWN} costliest operations\n"
        with atomic_file(self.folder / "operations.txt") as file:
            file.write((heading + table).encode())
        print(f"a trace of {TRACED} steps: {self.folder}", flush=True)
