"""The pieces of work that are measured: a training's step by phase, and the restoring of faces."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch

from gpen_train.models.gpen import GPEN
from gpen_train.restoration.network import Network
from gpen_train.tasks.pair import Batch
from gpen_train.training.descent import Descent
from gpen_train.training.frozen import frozen
from gpen_train.training.module import TrainingModule
from gpen_train.training.part import part_of
from gpen_train.training.timing import all_count_from

Work = Callable[[], Any]
PENALTIES = {"discriminator": "R1", "model": "path length"}


def phases(module: TrainingModule, batch: Batch, moves: bool) -> Iterator[tuple[str, Work]]:
    """The halves of a step, without and with the gradient penalty that comes every few steps.

    Where ``moves``, each ends with its optimizer's step; else with its gradients, as on the meta device.
    """
    step = module.step
    module.configure_optimizers()
    start = all_count_from(step)
    plain, penalized = 1, 0  # the numbers of such steps
    penalties = {loss.block.penalizes for loss in step.losses}

    def discriminator(number: int) -> None:
        step.images_seen, step.number, step.signs = start, number, []
        with torch.no_grad():
            made = step.made(part_of(batch, 0, 1))
        end(step.descents["discriminator"], step.discriminator_losses(batch, 1, made))

    def generator(number: int) -> None:
        step.images_seen, step.number = start, number
        with frozen(step.discriminators):
            end(step.descents["generator"], step.generator_losses(batch, 1, None))

    def end(descent: Descent, parts: Iterator[Any]) -> None:
        if moves:
            descent.step(parts, 1)
        else:
            sum(next(parts).values()).backward()
            descent.optimizer.zero_grad(set_to_none=True)

    halves = {"discriminator": ("discriminator", discriminator), "model": ("generator", generator)}
    for penalized_network, (name, half) in halves.items():
        yield name, partial(half, plain)
        if penalized_network in penalties:
            yield f"{name} and {PENALTIES[penalized_network]}", partial(half, penalized)


def inference(model: torch.nn.Module, num_images: int, device: torch.device, dtype: torch.dtype) -> Work:
    """What restoring takes of the device: faces in float to faces, or for a prior, z to faces."""
    ready = model.for_inference(dtype)
    if isinstance(model, GPEN):
        given = torch.rand(num_images, 3, *[model.input_resolution] * 2, device=device) * 2 - 1
        given = given.to(memory_format=torch.channels_last)
    else:
        given = torch.randn(num_images, model.generator.style_dim, device=device)

    @torch.inference_mode()
    def run() -> torch.Tensor:
        return ready(given) if isinstance(model, GPEN) else ready.sample(given)

    return run


def restoration(model: GPEN, num_images: int, dtype: torch.dtype) -> Work:
    """What `gpen restore` does between reading and writing: arrays of bytes to the device and back."""
    network = Network(model.for_inference(dtype), num_images)
    side = model.input_resolution
    faces = [np.full((side, side, 3), number % 256, np.uint8) for number in range(num_images)]
    return lambda: network(faces)
