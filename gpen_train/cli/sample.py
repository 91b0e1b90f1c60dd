"""gpen sample: faces from random vectors."""

import argparse

import numpy as np
import torch

from gpen_train import images
from gpen_train.chance import code_of
from gpen_train.checkpoints.load import load
from gpen_train.cli.checkpoint import said
from gpen_train.cli.checks import check_least
from gpen_train.cli.output import writable_folder
from gpen_train.devices import choose_device, dtype_named
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.progress import with_progress
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Draw the images; returns 0."""
    check_least(num=(options.num, 1), seed=(options.seed, 0))
    device = choose_device(options.device)
    folder = writable_folder(options.output)
    model = load(said(options.checkpoint))
    if options.truncation != 1 and not isinstance(model, Prior):
        raise ValueError(
            f"--truncation is {options.truncation}, and {options.checkpoint} keeps no average to draw to; "
            f"expected a StyleGAN2, or no truncation"
        )
    model = model.for_inference(dtype_named(options.dtype)).to(device)
    for index in with_progress(range(options.num), "drawing", options.num):
        image = draw(model, options.seed, index, options.truncation)
        images.write_image(folder / f"{index:06d}.png", image)
    print(f"drew {plural(options.num, 'image')} into {folder}")
    return 0


@torch.inference_mode()
def draw(model: GPEN | Prior, seed: int, index: int, truncation: float = 1.0) -> np.ndarray:
    """The image uint8 [R, R, 3] of (seed, index): z and the noise come from one generator of its own."""
    device = next(model.parameters()).device
    z, rng = code_of(seed, index, model.settings["style_dim"])
    noise = torch.Generator(device).manual_seed(int(rng.integers(2**63)))
    how = {"truncation": truncation} if isinstance(model, Prior) else {}
    return images.to_uint8(model.sample(z[None], noise, **how))[0].cpu().numpy()
