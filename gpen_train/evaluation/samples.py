"""How like clean faces a prior's are: the Frechet distance, and a sheet to look at."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments, RandomFeatures, frechet_distance
from gpen_train.images import grid, to_float, to_uint8
from gpen_train.models.prior import Prior

SEED = 0  # of the random vectors: the same faces at every look


@torch.no_grad()
def evaluate_prior(model: Prior, batches: Iterable, num_shown: int = 16) -> tuple[dict[str, Any], np.ndarray]:
    """Make as many faces as ``batches`` (with ``.clean`` uint8 [B, H, W, 3]) hold, and compare the two sets.

    Returns ``{"frechet", "images"}`` and a contact sheet uint8 [H, W, 3] of the first ``num_shown`` faces.
    Raises ValueError for fewer than two images.
    """
    parameter = next(model.parameters())
    features = RandomFeatures().to(parameter.device)
    random = torch.Generator(parameter.device).manual_seed(SEED)
    clean, made = Moments(), Moments()
    shown: list[Tensor] = []
    for batch in batches:
        z = torch.randn(
            (len(batch.clean), model.generator.style_dim), generator=random, device=parameter.device
        )
        faces = model(z, random)
        clean.add(features(to_float(batch.clean.to(parameter.device))))
        made.add(features(to_float(to_uint8(faces))))  # as they are saved
        if sum(len(faces) for faces in shown) < num_shown:
            shown.append(faces.cpu())
    scores = {"frechet": frechet_distance(clean, made), "images": clean.count}
    faces = torch.cat(shown)[:num_shown]
    columns = math.isqrt(len(faces))
    return scores, grid(list(faces[: columns * (len(faces) // columns)].chunk(columns)))
