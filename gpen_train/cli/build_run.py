"""From a configuration to the objects of a run."""

from dataclasses import asdict

import torch
from omegaconf import DictConfig, OmegaConf

from gpen_train.checkpoints.read import Weights, read
from gpen_train.cli.compose import build
from gpen_train.data.datamodule import FaceDataModule
from gpen_train.feature_nets.lpips_net import load_lpips
from gpen_train.training.restoration import RestorationModule
from gpen_train.transfer.take_over import take_over


def build_run(config: DictConfig, is_new: bool) -> tuple[RestorationModule, FaceDataModule]:
    """The module and the data that ``config`` describes; what is below takes plain values and objects.

    A new run starts from the files of ``init_from``; one that goes on has its weights in its checkpoint.
    """
    losses, rates = OmegaConf.to_object(config.losses), OmegaConf.to_object(config.optimizer)
    losses.check()
    rates.check()
    torch.manual_seed(config.seed)  # for the initial weights
    model = build(config.model.gpen)
    discriminator = build(config.model.discriminator)
    if is_new and config.init_from:
        print(take_over(init_files(config), model, discriminator))
    input_resolution = config.degradation.input_resolution or model.input_resolution
    task = build(config.task, chain=build(config.degradation, input_resolution=input_resolution))
    data = build(
        config.data, resolution=model.output_resolution, task=task, images=config.images, seed=config.seed
    )
    record = {
        "losses": asdict(losses),
        "learning_rates": asdict(rates),
        "ema": {"half_life": config.ema_half_life, "ramp": config.ema_ramp},
        "batch_size": data.batch_size,
        "seed": config.seed,
        "task_settings": task.settings,
        "dataset": {"name": data.name, "fingerprint": data.fingerprint},
    }
    module = RestorationModule(
        model.to(memory_format=torch.channels_last),
        discriminator.to(memory_format=torch.channels_last),
        losses,
        rates,
        config.ema_half_life,
        config.ema_ramp,
        judge=load_lpips(losses.lpips.net, losses.lpips.weights) if losses.lpips.weight else None,
        seed=config.seed,
        record={"task": task.name, "training": record},
    )
    return module, data


def init_files(config: DictConfig) -> list[Weights]:
    """What the files of ``init_from``, one or several, hold."""
    names = [config.init_from] if isinstance(config.init_from, str) else list(config.init_from)
    return [read(name, key=config.init_key) for name in names]
