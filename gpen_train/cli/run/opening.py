"""What a run says of itself before its first step."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from pytorch_lightning import Callback, Trainer
from torch import nn

from gpen_train.cli.settings.schema import TrainSettings
from gpen_train.cli.settings.start import reason
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.places.place import is_url
from gpen_train.training.module import TrainingModule
from gpen_train.training.step import AdversarialStep
from gpen_train.words import count, decimal, plural

PRECISIONS = {"32": "float32", "bf16-mixed": "bfloat16, mixed", "16-mixed": "float16, mixed"}
FEW = 8  # held-out images whose mean says little
LARGEST_SHARE = 0.2  # of the images that is advised to be held out
PARTS = ("encoder", "mapper", "generator")


class Opening(Callback):
    """Say recipe, model, data, device and folder, a line each, once the checkpoint has been read."""

    def __init__(self, config: DictConfig, folder: Path) -> None:
        self.config, self.folder = config, folder

    def on_train_start(self, trainer: Trainer, module: TrainingModule) -> None:
        if trainer.is_global_zero:
            print(self.text(trainer, module), flush=True)

    def text(self, trainer: Trainer, module: TrainingModule) -> str:
        config, step, data = self.config, module.step, trainer.datamodule
        sizes = (getattr(step.model, "input_resolution", None), step.model.output_resolution)
        pixels, judge = " -> ".join(str(size) for size in sizes if size), millions(step.discriminator)
        length = plural(config.images, "image")
        done = f", {count(module.images_seen)} of them done" if module.images_seen else ""
        start = f"from {config.init_from}" if config.init_from else "from random weights"
        precision = PRECISIONS[step.compute.precision]
        rates = {part: getattr(step.rates, part) for part in PARTS if hasattr(step.model, part)}
        is_stored = config.run_dir and is_url(config.run_dir)
        rates["discriminator"] = step.rates.discriminator
        terms = {name: weight for loss in step.losses for name, weight in loss.block.term_weights().items()}
        rows = {
            "run": f"{config.run_dir}, by way of {self.folder}" if is_stored else str(self.folder),
            "recipe": f"{config.name}: {length}{done}, {data.batch_size} a step, {start}",
            "losses": numbers(terms, reason("losses", config, TrainSettings)),
            "rates": numbers(rates, reason("optimizer", config, TrainSettings)),
            "model": f"{pixels} px, {millions(step.averaged.model)} parameters{learning(step)}, "
            f"discriminator {judge}",
            "data": f"{data.name}: {plural(len(data.train), 'image')}, {held_out(data, config.data)}",
            "device": f"{trainer.world_size} x {trainer.strategy.root_device}, {precision}",
        }
        return "\n".join(f"{name:<7} {value}" for name, value in rows.items())


def held_out(data: FaceDataModule, settings: Mapping[str, Any]) -> str:
    """How many images scores are taken of, and what to set where they are too few to be trusted."""
    num = len(data.held_out or ())
    said = f"{count(num)} held out"
    share = min(LARGEST_SHARE, math.ceil(200 * FEW / (num + len(data.train))) / 100)
    is_share = not settings.get("held_out_root") and share > settings.get("held_out_share", 1)
    if is_share and 0 < num < min(FEW, settings["num_held_out"]):
        return f"{said}, few to judge by: data.held_out_share={share:g} holds out more"
    return said


def numbers(named: Mapping[str, float | None], why: str) -> str:
    """Those that count, and why they are what they are, where that was not chosen."""
    listed = ", ".join(f"{name} {number:g}" for name, number in named.items() if number)
    return f"{listed} ({why})" if why else listed


def learning(step: AdversarialStep) -> str:
    """How much of the model learns, where that is not all of it."""
    parameters, rank = list(step.model.parameters()), step.rates.adapters
    learn = [parameter for parameter in parameters if parameter.requires_grad]
    if rank:
        return f", {millions(learn)} in adapters of rank {rank} learn"
    return "" if len(learn) == len(parameters) else f", of which {millions(learn)} learn"


def millions(network: nn.Module | Sequence[nn.Parameter]) -> str:
    """The number of a network's parameters, or of these."""
    parameters = network.parameters() if isinstance(network, nn.Module) else network
    return f"{decimal(sum(parameter.numel() for parameter in parameters) / 1e6, 3)} M"
