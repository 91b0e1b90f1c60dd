"""gpen train: compose the settings, build what they describe, train, export and evaluate."""

import argparse
import json
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.table import Table

from gpen_train.checkpoints.bundle import default_name, save_bundle
from gpen_train.cli.build_run import build_run
from gpen_train.cli.compose import compose, configs_folder
from gpen_train.cli.loggers import build_loggers
from gpen_train.cli.quiet import silence_lightning
from gpen_train.cli.run_folder import find_run_folder, make_run_folder
from gpen_train.cli.trainer import build_trainer
from gpen_train.data.datamodule import FaceDataModule
from gpen_train.evaluation.held_out import evaluate
from gpen_train.files import atomic_file
from gpen_train.images import write_image
from gpen_train.training.checkpointing import Checkpoints
from gpen_train.training.progress import ImageProgress
from gpen_train.training.reports import HeldOutReport, LossReport
from gpen_train.training.restoration import RestorationModule

EXAMPLE = """examples:
  gpen train experiment=quickstart
  gpen train data.root=data/ffhq model=v2_512 images=2000000 run_dir=runs/mine
  gpen train data.root=data/ffhq model=v2_512 images=2000000 run_dir=runs/mine resume=true

Every setting of configs/train.yaml, and of the files in the folders beside it, can be given as NAME=VALUE.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `train` to the commands."""
    parser = subparsers.add_parser(
        "train",
        help="train a model",
        epilog=f"{EXAMPLE}\n{_choices()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="NAME=VALUE", help="settings, as below")
    parser.set_defaults(run=run)


def _choices() -> str:
    """The files of every group of configs/, for the help."""
    groups = sorted(path for path in configs_folder().iterdir() if path.is_dir())
    lines = [f"  {group.name}={'|'.join(sorted(f.stem for f in group.glob('*.yaml')))}" for group in groups]
    return "\n".join(["choices:", *lines])


def run(options: argparse.Namespace) -> int:
    """Train as the overrides say; 0 when the run is complete, 128 + N when signal N stopped it."""
    silence_lightning()
    return train(compose("train", options.overrides))


def train(config: DictConfig) -> int:
    """Train, export and evaluate; returns as ``run`` does."""
    folder = find_run_folder(config)
    checkpoints = Checkpoints(folder / "checkpoints", config.save_every)
    module, data = build_run(config, is_new=not checkpoints.path.exists())
    make_run_folder(folder, config)
    callbacks = [
        LossReport(config.log_every),
        HeldOutReport(folder / "samples", config.report_every),
        checkpoints,
        ImageProgress(config.images),
    ]
    loggers = build_loggers(config.logger, folder, OmegaConf.to_container(config, resolve=True))
    trainer = build_trainer(config.trainer, folder, callbacks, loggers)
    trainer.fit(module, data, ckpt_path=str(checkpoints.path) if checkpoints.path.exists() else None)
    if checkpoints.received is not None:
        print(f"stopped at {module.images_seen} of {config.images} images; resume=true goes on from there")
        return 128 + checkpoints.received
    if trainer.is_global_zero:
        finish(module, data, folder)
    return 0


def finish(module: RestorationModule, data: FaceDataModule, folder: Path) -> None:
    """Export the averaged model as a bundle, evaluate it on the held-out images, and print the result."""
    model, task = module.averaged.model, module.record["task"]
    bundle = folder / "export" / default_name(task, model.output_resolution)
    save_bundle(model, bundle, {**module.record["training"], "images_seen": module.images_seen}, task)
    print(f"exported {bundle}")
    if not data.held_out:
        print("nothing was held out, so there is nothing to evaluate on")
        return
    scores, sheet = evaluate(model, data.val_dataloader())
    scores |= {"checkpoint": str(bundle), "dataset": data.name, "images_seen": module.images_seen}
    with atomic_file(folder / "evaluation.json") as file:
        file.write(json.dumps(scores, indent=2).encode())
    write_image(folder / "evaluation.png", sheet)
    Console().print(score_table(scores))
    print(f"degraded | restored | clean: {folder / 'evaluation.png'}")


def score_table(scores: dict[str, Any]) -> Table:
    """PSNR and SSIM of degraded and restored images, and the difference."""
    table = Table(title=f"{scores['images']} held-out images")
    for column in ("", "PSNR, dB", "SSIM"):
        table.add_column(column, justify="right" if column else "left")
    degraded, restored = scores["degraded"], scores["restored"]
    gain = {name: restored[name] - degraded[name] for name in degraded}
    for subject, values in (("degraded", degraded), ("restored", restored)):
        table.add_row(subject, f"{values['psnr']:.2f}", f"{values['ssim']:.4f}")
    table.add_row("gain", f"{gain['psnr']:+.2f}", f"{gain['ssim']:+.4f}")
    return table
