"""gpen train estimate=true: what a run would need, before it needs it."""

import os

import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.table import Table

from gpen_train.cli.run.build import typed_settings
from gpen_train.cli.settings.compose import build
from gpen_train.losses.settings import LossSettings
from gpen_train.models.prior import Prior
from gpen_train.training.compute import num_parts
from gpen_train.training.estimate import Estimate, estimate
from gpen_train.training.module import TrainingModule
from gpen_train.training.part import Part
from gpen_train.training.prior import PriorModule, PriorStep
from gpen_train.training.restoration import RestorationModule, RestorationStep

GB = 1e9


def run_estimate(config: DictConfig) -> int:
    """Print the estimate of the run that ``config`` describes; nothing is trained or written."""
    found = estimate_of(config)
    Console().print(table(found, config))
    left_out = judged(OmegaConf.to_object(config.losses))
    if left_out:
        print(f"not counted, as their weights are not loaded: {', '.join(left_out)}")
    return 0


def estimate_of(config: DictConfig) -> Estimate:
    """Of one device's share, on the meta device; losses that rest on pretrained networks are left out."""
    losses, rates, augment, averaging, compute = typed_settings(config).values()
    augment.groups = "none"  # its decisions need values
    with torch.device("meta"):
        model, discriminator = build(config.model.network), build(config.model.discriminator)
        model.generator.checkpoint_from = compute.checkpoint_from
        common = {"rates": rates, "averaging": averaging, "compute": compute, "augment": augment}
        is_prior = isinstance(model, Prior)
        module: TrainingModule
        if is_prior:
            module = PriorModule(PriorStep(model, discriminator, losses, **common))
        else:
            module = RestorationModule(RestorationStep(model, discriminator, losses, **common))
    share = max(1, config.data.batch_size // num_devices(config.trainer))
    batch = share // num_parts(share, compute.micro_batch)
    side = 0 if is_prior else config.degradation.input_resolution or model.input_resolution
    part = Part(
        torch.empty((batch, 3, side, side), device="meta"),
        torch.empty((batch, 3, model.output_resolution, model.output_resolution), device="meta"),
        number=0,
    )
    memory = config.estimate_memory
    return estimate(module, part, int(memory * GB) if memory else memory_of_device())


def judged(losses: LossSettings) -> list[str]:
    """The names of the losses that rest on pretrained networks."""
    weights = {
        "lpips": losses.lpips.weight,
        "perceptual": losses.perceptual.weight + losses.perceptual.style,
        "identity": losses.identity.weight,
    }
    return [name for name, weight in weights.items() if weight]


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


def table(found: Estimate, config: DictConfig) -> Table:
    """The estimate as rows of a name and a number."""
    activations = found.batch * found.activations
    rows = {
        **{f"parameters of the {name}": f"{count:,}" for name, count in found.parameters.items()},
        "weights, with the average": f"{found.weights / GB:.2f} GB",
        "gradients": f"{found.gradients / GB:.2f} GB",
        "optimizers": f"{found.optimizer / GB:.2f} GB",
        f"activations, {found.batch} images at a time": f"{activations / GB:.2f} GB",
        "in all": f"{(found.fixed + activations) / GB:.2f} GB",
        f"fit into {found.memory / GB:.1f} GB at a time": f"{found.largest_batch} images",
    }
    result = Table(title=f"{config.name}, about", show_header=False)
    for name, value in rows.items():
        result.add_row(name, value)
    return result
