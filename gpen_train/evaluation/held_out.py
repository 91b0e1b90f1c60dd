"""How well a model restores held-out images: the numbers and the contact sheet at the end of training."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.metrics import chroma_psnr, hole_of, psnr, ssim
from gpen_train.images import grid, to_float, to_uint8
from gpen_train.models.gpen import GPEN, resample

Metric = Callable[[Tensor, Tensor, Tensor], Tensor]  # images, clean, degraded, all uint8 -> [B]

METRICS: dict[str, Metric] = {
    "psnr": lambda images, clean, degraded: psnr(images, clean),  # dB
    "ssim": lambda images, clean, degraded: ssim(images, clean),  # 0 to 1
}
# What a task is about, beside them; dB
TASK_METRICS: dict[str, dict[str, Metric]] = {
    "inpainting": {
        "hole_psnr": lambda images, clean, degraded: psnr(images, clean, hole_of(degraded, clean)),
    },
    "colorization": {"chroma_psnr": lambda images, clean, degraded: chroma_psnr(images, clean)},
}


@torch.no_grad()
def evaluate(
    model: GPEN, batches: Iterable, sheet_rows: int = 16, task: str = "bfr"
) -> tuple[dict[str, Any], np.ndarray]:
    """Restore every batch of (degraded, clean) uint8 [B, H, W, 3] and compare with the clean images.

    Returns ``{"degraded": {"psnr", "ssim", ..}, "restored": {..}, "images"}``, means over the images, and a
    contact sheet uint8 [H, W, 3] of the first ``sheet_rows``: degraded, restored, clean. A degraded image of
    another size than its clean one is resampled for comparison; inpainting adds the hole's PSNR,
    colorization the chroma's. Raises ValueError where there is no image.
    """
    device = next(model.parameters()).device
    random = torch.Generator(device).manual_seed(0)  # of the noise, where the model takes any
    metrics = METRICS | TASK_METRICS.get(task, {})
    scores: dict[str, dict[str, list[Tensor]]] = {
        subject: {name: [] for name in metrics} for subject in ("degraded", "restored")
    }
    sheet: list[tuple[Tensor, ...]] = []
    for batch in batches:
        given, clean = batch.degraded.to(device), batch.clean.to(device)
        degraded = to_float(given)
        restored = model(degraded, random)
        subjects = {"degraded": resample(degraded, clean.shape[1]), "restored": restored}
        for subject, images in subjects.items():
            for name, metric in metrics.items():
                scores[subject][name].append(metric(to_uint8(images), clean, given).cpu())
        if sum(len(rows[0]) for rows in sheet) < sheet_rows:
            sheet.append(tuple(images.cpu() for images in (degraded, restored, to_float(clean))))
    if not sheet:
        raise ValueError("there are no held-out images to evaluate on; set data.num_held_out to 1 or more")
    means: dict[str, Any] = {
        subject: {name: float(torch.cat(values).nanmean()) for name, values in by_name.items()}
        for subject, by_name in scores.items()
    }
    means["images"] = sum(len(values) for values in scores["restored"]["psnr"])
    columns = [torch.cat(column)[:sheet_rows] for column in zip(*sheet, strict=True)]
    return means, grid(columns)
