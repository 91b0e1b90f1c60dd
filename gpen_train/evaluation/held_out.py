"""How well a model restores held-out images: the numbers and the contact sheet of a run."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.frechet import Moments, RandomFeatures, frechet_distance
from gpen_train.evaluation.measures import measures_of
from gpen_train.feature_nets.lpips_net import load_lpips
from gpen_train.images import grid, resample, to_float, to_uint8
from gpen_train.models.gpen import GPEN

TAKEN = ("psnr", "ssim", "hole_psnr", "chroma_psnr", "label_fit_gap")  # of the measures of a task


def find_lpips(net: str, weights: str | None, is_needed: bool = False) -> nn.Module | None:
    """LPIPS, or None where its backbone's weights are not there.

    Raises FileNotFoundError that names them where they were asked for: by their file, or by ``is_needed``.
    """
    try:
        return load_lpips(net, weights)
    except FileNotFoundError:
        if weights or is_needed:
            raise
        return None


@torch.no_grad()
def evaluate(
    model: GPEN,
    batches: Iterable,
    sheet_rows: int = 16,
    task: str = "bfr",
    lpips: nn.Module | None = None,
) -> tuple[dict[str, Any], np.ndarray]:
    """Restore every batch of (degraded, clean) uint8 [B, H, W, 3] and compare with the clean images.

    Returns ``{"degraded": {"psnr", "ssim", ..}, "restored": {..}, "images"}``, means over the images, and a
    contact sheet uint8 [H, W, 3] of the first ``sheet_rows``: degraded, restored, clean. A degraded image of
    another size than its clean one is resampled for comparison; inpainting adds the hole's PSNR,
    colorization the chroma's, seg2face the fit to the map. Of two images or more there is a Frechet
    distance to the clean ones too. Raises ValueError where there is no image.
    """
    device = next(model.parameters()).device
    random = torch.Generator(device).manual_seed(0)  # of the noise, where the model takes any
    formulas = {m.metric.name: m.formula for m in measures_of(task) if m.metric.name in TAKEN}
    if lpips:
        lpips.eval()  # a training sets every part of its module to training, and LPIPS has dropout
        formulas["lpips"] = lambda images, clean, degraded: lpips(images.floats, clean.floats).flatten()
    features = RandomFeatures().to(device)
    moments = {subject: Moments() for subject in ("clean", "degraded", "restored")}
    scores: dict[str, dict[str, list[Tensor]]] = {
        subject: {name: [] for name in formulas} for subject in ("degraded", "restored")
    }
    sheet: list[tuple[Tensor, ...]] = []
    for batch in batches:
        given, clean = batch.degraded.to(device), Faces(batch.clean.to(device))
        degraded = to_float(given)
        restored = model(degraded, random)
        moments["clean"].add(features(clean.floats))
        subjects = {"degraded": resample(degraded, clean.pixels.shape[1]), "restored": restored}
        for subject, images in subjects.items():
            faces = Faces(to_uint8(images))
            for name, formula in formulas.items():
                scores[subject][name].append(formula(faces, clean, given).cpu())
            moments[subject].add(features(faces.floats))
        if sum(len(rows[0]) for rows in sheet) < sheet_rows:
            sheet.append(tuple(images.cpu() for images in (degraded, restored, clean.floats)))
    if not sheet:
        raise ValueError("there are no held-out images to evaluate on; set data.num_held_out to 1 or more")
    means: dict[str, Any] = {
        subject: {name: float(torch.cat(values).nanmean()) for name, values in by_name.items()}
        for subject, by_name in scores.items()
    }
    means["images"] = moments["clean"].count
    if means["images"] > 1:
        for subject in scores:
            means[subject]["frechet"] = frechet_distance(moments["clean"], moments[subject])
    columns = [torch.cat(column)[:sheet_rows] for column in zip(*sheet, strict=True)]
    return means, grid(columns)
