"""gpen train: compose the settings, build what they describe, train, export and evaluate."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.loggers import Logger
from rich.console import Console

from gpen_train.checkpoints.averages import FOLDER as PROFILES
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.parsers.own import given
from gpen_train.cli.run.build import build_run
from gpen_train.cli.run.check import check_devices, check_run
from gpen_train.cli.run.estimate import num_devices, run_estimate
from gpen_train.cli.run.folder import (
    find_run_folder,
    is_started_by_another,
    make_run_folder,
    nothing_left_behind,
)
from gpen_train.cli.run.intervals import interval
from gpen_train.cli.run.lock import FolderLock
from gpen_train.cli.run.loggers.build import build_loggers
from gpen_train.cli.run.opening import Opening
from gpen_train.cli.run.quiet import silence_lightning
from gpen_train.cli.run.report import report_run
from gpen_train.cli.run.scores import score_table, scores_at_start
from gpen_train.cli.run.stored import StoredRun, stored_run
from gpen_train.cli.run.trainer import build_trainer, fit
from gpen_train.cli.settings.compose import compose
from gpen_train.evaluation.metrics_log import METRICS_FILE
from gpen_train.files import atomic_file
from gpen_train.images import write_image
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.callbacks.mirrored import Mirrored
from gpen_train.training.callbacks.profiles import StoredProfiles
from gpen_train.training.callbacks.progress import ImageProgress
from gpen_train.training.callbacks.reports import HeldOutReport, LossReport, LowerRates
from gpen_train.training.callbacks.speed import SpeedReport
from gpen_train.training.callbacks.trace import Trace
from gpen_train.training.health import DivergedError
from gpen_train.training.module import TrainingModule
from gpen_train.words import count, decimal, plural

RATES_AFTER_TROUBLE = 0.5


def run(options: argparse.Namespace) -> int:
    """Train as the overrides say; 0 when the run is complete, 128 + N when signal N stopped it."""
    silence_lightning()
    settings = given(options)
    config = compose("train", settings)
    check_run(config)
    return run_estimate(config) if config.estimate else train(config, ["train", *settings])


def train(config: DictConfig, command: Sequence[str]) -> int:
    """Train, export and evaluate; returns as ``run`` does.

    Where the gradients stop being finite, the run goes back to its last checkpoint, once, with lower rates.
    """
    check_devices(config.trainer)
    is_child = is_started_by_another()
    store = None if is_child else stored_run(config)
    folder = find_run_folder(config, store.folder if store else None)
    with FolderLock(folder, is_needed=not is_child) as lock:
        goes_back = False
        while True:
            try:
                code = attempt(config, command, folder, lock, goes_back, store)
                if store and code == 0:
                    store.end()
                # Lightning kills the run when one of the processes that it started does not return 0.
                return 0 if is_child else code
            except DivergedError as error:
                if error.went_back:
                    raise ValueError(f"{error}; the run went back once, with lower rates: stopped") from error
                print(f"gpen: {error}; going back, with lower rates", file=sys.stderr)
            goes_back = True


def attempt(
    config: DictConfig,
    command: Sequence[str],
    folder: Path,
    lock: FolderLock,
    goes_back: bool,
    store: StoredRun | None,
) -> int:
    """Train from the newest checkpoint on, or from the start where there is none."""
    save_every, report_every = (
        interval(every, config.images) for every in (config.save_every, config.report_every)
    )
    checkpoints = Checkpoints(folder / "checkpoints", save_every, config.keep, config.keep_best)
    newest = checkpoints.newest()
    module, data = build_run(config, is_new=newest is None)
    module.step.num_parts(
        max(1, data.batch_size // num_devices(config.trainer))
    )  # says what cannot be, at once
    with nothing_left_behind(folder, lock, lambda: newest is not None or module.images_seen > 0):
        make_run_folder(folder, config, lock)
        callbacks = [
            Opening(config, folder),
            LossReport(config.log_every),
            HeldOutReport(folder / "samples", report_every),
            StoredProfiles(folder / PROFILES, save_every, config.images),
            checkpoints,
            ImageProgress(config.images),
            SpeedReport(config.log_every),
        ]
        if config.profile:
            callbacks.append(Trace(folder / "profile"))
        if store:
            callbacks.append(Mirrored(store.put, (config.log_every, report_every, save_every)))
        if goes_back:
            callbacks.append(LowerRates(RATES_AFTER_TROUBLE))
        loggers = build_loggers(config.logger, folder, OmegaConf.to_container(config, resolve=True))
        trainer = build_trainer(config.trainer, folder, callbacks, loggers)
        fit(trainer, module, data, newest)
    if checkpoints.received is not None:
        if trainer.is_global_zero:
            seen = f"{count(module.images_seen)} of {plural(config.images, 'image')}"
            print(f"stopped at {seen}; resume=true goes on from there")
        return 128 + checkpoints.received
    if trainer.is_global_zero:
        if module.is_sharded:  # the whole model stands in the checkpoint
            module, data = build_run(config, is_new=False)
            module.go_back_to(safe_load(checkpoints.folder / "last.ckpt"))
        if checkpoints.best_file:
            module.go_back_to(safe_load(checkpoints.best_file))
            score, seen = checkpoints.best["score"], plural(module.images_seen, "image")
            print(f"best {config.keep_best}: {decimal(score, 4)} at {seen}")
        finish(module, data, folder, loggers, command)
    return 0


def finish(
    module: TrainingModule,
    data: FaceDataModule,
    folder: Path,
    loggers: list[Logger],
    command: Sequence[str],
) -> None:
    """Export the averaged model, evaluate it on the held-out images, print the result and write a report."""
    exported = module.export(folder / "export")
    print(f"exported {exported}")
    if not data.held_out:
        print("nothing was held out, so there is nothing to evaluate on")
        return
    scores, _, sheet = module.evaluate(data.val_dataloader(), num_shown=16)
    scores["start"] = scores_at_start(folder / METRICS_FILE)
    scores |= {"checkpoint": str(exported), "dataset": data.name, "images_seen": module.images_seen}
    with atomic_file(folder / "evaluation.json") as file:
        file.write(json.dumps(scores, indent=2).encode())
    write_image(folder / "evaluation.png", sheet)
    Console().print(score_table(scores))
    page = report_run(module, data, exported, folder, loggers, command)
    print(f"faces to look at: {page or folder / 'evaluation.png'}")
