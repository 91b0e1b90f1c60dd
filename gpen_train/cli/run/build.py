"""From a configuration to the objects of a run."""

from dataclasses import asdict
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from gpen_train.checkpoints.read import Weights, read
from gpen_train.cli.settings.compose import build
from gpen_train.cli.shown.preset import preset_of
from gpen_train.cli.weights.provide import require
from gpen_train.evaluation.held_out import find_lpips
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.losses.built import Judges, build_judges, files_needed
from gpen_train.losses.judged.lpips import Lpips
from gpen_train.losses.settings import LossSettings
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.schedules import schedules_in
from gpen_train.tasks.unfinished import finisher_of
from gpen_train.training.module import TrainingModule
from gpen_train.training.prior import PriorModule, PriorStep
from gpen_train.training.restoration import RestorationModule, RestorationStep
from gpen_train.transfer.account import Account
from gpen_train.transfer.take_over import take_over

TYPED = ("losses", "optimizer", "augment", "ema", "compute")


def build_run(config: DictConfig, is_new: bool) -> tuple[TrainingModule, FaceDataModule]:
    """The module and the data that ``config`` describes; what is below takes plain values and objects.

    A new run starts from the files of ``init_from``; one that goes on has its weights in its checkpoint.
    """
    settings = typed_settings(config)
    settings["compute"].apply()
    require(pretrained_needed(config, settings["losses"]), config.weights.fetch)
    judges = build_judges(settings["losses"])  # first: a missing file should stop the run at once
    lpips = lpips_to_evaluate_with(settings["losses"].lpips, judges, is_needed=config.keep_best == "lpips")
    torch.manual_seed(config.seed)  # for the initial weights
    model, discriminator = build(config.model.network), build(config.model.discriminator)
    if is_new and config.init_from:
        print(started_from(init_files(config), model, discriminator))
    if settings["compute"].checkpoint_from:
        model.generator.checkpoint_from = settings["compute"].checkpoint_from
    data = build_data(config, model)
    common: dict[str, Any] = {
        "losses": settings["losses"],
        "rates": settings["optimizer"],
        "averaging": settings["ema"],
        "compute": settings["compute"],
        "augment": settings["augment"],
        "seed": config.seed,
        "judges": judges,
    }
    kept = {"task": data.task.name, "training": record(config, settings, data)}
    for network in (model, discriminator):
        network.to(memory_format=torch.channels_last)
    if isinstance(model, Prior):
        if len(data.held_out or ()) == 1:
            raise ValueError(
                "1 image is held out, and a prior is judged by the distance of two sets; hold out more "
                "(data.held_out_share), or none (data.num_held_out=0)"
            )
        return PriorModule(PriorStep(model, discriminator, **common), kept), data
    step = RestorationStep(model, discriminator, **common)
    return RestorationModule(step, kept, lpips, finisher_of(data.task.chain)), data


def started_from(files: list[Weights], model: GPEN | Prior, discriminator: torch.nn.Module) -> Account:
    """What the model took over; ValueError, with the choice of model= that would fit, where it cannot."""
    try:
        return take_over(files, model, discriminator)
    except ValueError as error:
        built = [file.model.settings for file in files if file.model is not None]
        names = [name for name in map(preset_of, built) if name]
        if not names:
            raise
        raise ValueError(f"{error}; model={names[0]} is what it was built with") from error


def typed_settings(config: DictConfig) -> dict[str, Any]:
    """The groups that are dataclasses, checked; what is left to the device is decided."""
    settings = {name: OmegaConf.to_object(config[name]) for name in TYPED}
    for value in settings.values():
        for schedule in schedules_in(value):
            schedule.ending(config.images)
        value.check()
    settings["compute"] = settings["compute"].on(device_of(config.trainer))
    return settings


def device_of(trainer: DictConfig) -> str:
    """The kind of device that Lightning would take here."""
    return "cuda" if torch.cuda.is_available() and trainer.accelerator != "cpu" else "cpu"


def pretrained_needed(config: DictConfig, losses: LossSettings) -> list[str]:
    """The usual names of the pretrained files that the run cannot do without."""
    scores = losses.lpips.files_needed() if config.keep_best == "lpips" else []
    return files_needed(losses) + scores


def lpips_to_evaluate_with(settings: Lpips, judges: Judges, is_needed: bool) -> torch.nn.Module | None:
    """The loss's where there is one, else that of its weights where they are there."""
    if "lpips" in judges:
        return judges["lpips"]
    return find_lpips(settings.net, settings.weights, is_needed)


def build_data(config: DictConfig, model: torch.nn.Module) -> FaceDataModule:
    """The data, with the task that makes pairs of them."""
    task = build_task(config, getattr(model, "input_resolution", None))
    return build(
        config.data, resolution=model.output_resolution, task=task, images=config.images, seed=config.seed
    )


def build_task(config: DictConfig, input_resolution: int | None = None) -> Any:
    """The task with its chain; ``input_resolution`` is the model's, where the chain names none."""
    side = config.degradation.input_resolution or input_resolution
    return build(config.task, chain=build(config.degradation, input_resolution=side))


def record(config: DictConfig, settings: dict[str, Any], data: FaceDataModule) -> dict[str, Any]:
    """What a bundle's args say of its training."""
    return {
        "losses": asdict(settings["losses"]),
        "learning_rates": asdict(settings["optimizer"]),
        "augment": asdict(settings["augment"]),
        "ema": asdict(settings["ema"]),
        "precision": settings["compute"].precision,
        "batch_size": data.batch_size,
        "seed": config.seed,
        "init_from": config.init_from and OmegaConf.to_container(OmegaConf.create([config.init_from]))[0],
        "task_settings": data.task.settings,
        "dataset": {"name": data.name, "fingerprint": data.fingerprint},
    }


def init_files(config: DictConfig) -> list[Weights]:
    """What the files of ``init_from``, one or several, hold."""
    names = [config.init_from] if isinstance(config.init_from, str) else list(config.init_from)
    return [read(name, key=config.init_key) for name in names]
