"""gpen train estimate=true: what a run would need, before it needs it."""

import os
import sys
from dataclasses import replace

import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.table import Table

from gpen_train.cli.device import name_of
from gpen_train.cli.run.build import device_of, typed_settings
from gpen_train.cli.run.intervals import interval
from gpen_train.cli.settings.compose import build
from gpen_train.losses.built import judged
from gpen_train.models.prior import Prior
from gpen_train.training.callbacks.progress import duration
from gpen_train.training.compute import OFF
from gpen_train.training.estimate import SHARE, Estimate, estimate
from gpen_train.training.module import TrainingModule
from gpen_train.training.part import Part
from gpen_train.training.prior import PriorModule, PriorStep
from gpen_train.training.restoration import RestorationModule, RestorationStep
from gpen_train.training.timing import timed
from gpen_train.words import decimal, plural

MB, GB = 1e6, 1e9


def run_estimate(config: DictConfig) -> int:
    """Print the estimate of the run that ``config`` describes; nothing is trained or written."""
    found = estimate_of(config)
    rows = {**memory_rows(found), **disk_rows(found, config), **time_rows(found, config)}
    result = Table(title=f"{config.name}, about", show_header=False)
    for name, value in rows.items():
        result.add_row(name, value)
    Console().print(result)
    left_out = judged(OmegaConf.to_object(config.losses))
    if left_out:
        print(f"not counted, as their weights are not loaded: {', '.join(left_out)}")
    return 0


def estimate_of(config: DictConfig) -> Estimate:
    """Of one device's share, on the meta device; losses that rest on pretrained networks are left out."""
    module = build_module(config, "meta", with_augment=False)  # whose decisions need values
    share = share_of(config)
    batch = share // module.step.num_parts(share)
    side, clean_side = input_side(config, module), module.step.model.output_resolution
    degraded = torch.empty((batch, 3, side, side), device="meta")
    part = Part(degraded, torch.empty((batch, 3, clean_side, clean_side), device="meta"))
    memory = config.estimate_memory
    return estimate(module, part, int(memory * GB) if memory else memory_of_device())


def build_module(config: DictConfig, device: str, with_augment: bool, is_run: bool = False) -> TrainingModule:
    """The module of the run on ``device``, with random weights and without pretrained judges.

    It is compiled as a run is where it stands for one (``is_run``), and not where it is counted.
    """
    losses, rates, augment, averaging, compute = typed_settings(config).values()
    if not is_run:
        compute = replace(compute, compile=OFF)
    if not with_augment:
        augment.groups = "none"
    with torch.device(device):
        model, discriminator = build(config.model.network), build(config.model.discriminator)
        model.generator.checkpoint_from = compute.checkpoint_from
        common = {"rates": rates, "averaging": averaging, "compute": compute, "augment": augment}
        if isinstance(model, Prior):
            return PriorModule(PriorStep(model, discriminator, losses, **common))
        return RestorationModule(RestorationStep(model, discriminator, losses, **common))


def share_of(config: DictConfig) -> int:
    """How many images of a batch a device takes."""
    return max(1, config.data.batch_size // num_devices(config.trainer))


def input_side(config: DictConfig, module: TrainingModule) -> int:
    """Of degraded images, px; 0 for a prior, which takes none."""
    model = module.step.model
    return 0 if isinstance(model, Prior) else config.degradation.input_resolution or model.input_resolution


def num_devices(trainer: DictConfig) -> int:
    """How many devices the run would have; those of this machine where that is left to it."""
    devices = trainer.devices
    if devices == "auto":
        devices = max(1, torch.cuda.device_count())
    return trainer.num_nodes * (len(devices) if OmegaConf.is_list(devices) else int(devices))


def memory_of_device() -> int:
    """Bytes of the first GPU, or of this machine."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_properties(0).total_memory
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def memory_rows(found: Estimate) -> dict[str, str]:
    """What a device holds, and how many images fit into it."""
    activations = found.batch * found.activations
    return {
        **{f"parameters of the {name}": f"{count:,}" for name, count in found.parameters.items()},
        "weights, with the average": size(found.weights),
        "gradients": size(found.gradients),
        "optimizers": size(found.optimizer),
        f"activations, {plural(found.batch, 'image')} at a time": size(activations),
        "memory in all": size(found.fixed + activations),
        f"fit into {size(found.memory)} at a time": plural(found.largest_batch, "image"),
    }


def disk_rows(found: Estimate, config: DictConfig) -> dict[str, str]:
    """What checkpoints and the export take; one more checkpoint while a new one is being written."""
    checkpoint, exported = found.weights + found.optimizer, 4 * found.parameters["model"]
    num = config.keep + 1 + (config.keep_best is not None)
    rows = {f"disk, {plural(num, 'checkpoint')} of {size(checkpoint)}": size(num * checkpoint + exported)}
    widths, average = len(config.ema.profiles), 2 * found.parameters["model"]  # in float16
    if widths:
        every = interval(config.save_every, config.images)
        times = -(-config.images // every) if every else 1
        rows[f"disk, {plural(times * widths, 'average')} of {size(average)}"] = size(times * widths * average)
    return rows


def size(num_bytes: float) -> str:
    """In MB, or GB where it is that much."""
    return f"{decimal(num_bytes / GB, 3)} GB" if num_bytes >= GB else f"{decimal(num_bytes / MB, 3)} MB"


def time_rows(found: Estimate, config: DictConfig) -> dict[str, str]:
    """How long the run would take on devices like the one at hand, by a few steps that are taken on it."""
    if config.estimate_memory is not None:
        return {"time": "not timed, on another device"}
    room = SHARE * found.memory - found.fixed
    if room < found.activations:
        return {"time": "not timed: it does not fit"}
    device, num = device_of(config.trainer), num_devices(config.trainer)
    module = build_module(config, device, with_augment=True)
    batch = share_of(config) if room >= found.batch * found.activations else 1
    print("gpen: taking a few steps to see how long they take", file=sys.stderr)
    speed, batch = timed(module, batch, input_side(config, module))
    rows = {
        "images/s, without waiting for data": decimal(num * speed, 3),
        f"time for {plural(config.images, 'image')}": duration(config.images / (num * speed)),
    }
    devices = name_of(device) if num == 1 else f"{num} of {name_of(device)}"
    return {**rows, f"timed here, {plural(batch, 'image')} a step": devices}
