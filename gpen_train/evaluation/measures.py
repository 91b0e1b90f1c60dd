"""What can be measured of each image without pretrained networks, by task."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from gpen_train.evaluation import metrics
from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.label_fit import label_fit
from gpen_train.evaluation.report.model import Metric

# images, clean (Faces, or None where it does without), degraded uint8 [B, h, w, 3] or None -> [B]
Formula = Callable[[Faces, Any, Any], Tensor]


class Measure(NamedTuple):
    """A metric of single images, how it is computed, and what its numbers depend on."""

    metric: Metric
    formula: Formula
    settings: Mapping[str, object]  # plain values, for the protocol
    needs_clean: bool = True  # false: it looks at the images alone


def _measure(
    name: str, label: str, unit: str, better: str, formula: Formula, settings: Mapping[str, object]
) -> Measure:
    return Measure(Metric(name, label, unit, better, "image"), formula, settings)


def _by_hole(metric: Callable[..., Tensor], inside: bool) -> Formula:
    """``metric`` where inpainting had to fill in, or where it had not."""
    return lambda images, clean, degraded: metric(
        images.pixels, clean.pixels, metrics.hole_of(degraded, clean.pixels) == inside
    )


def _of_pixels(metric: Callable[[Tensor, Tensor], Tensor]) -> Formula:
    return lambda images, clean, degraded: metric(images.pixels, clean.pixels)


def _colourfulness(images: Faces, clean: Faces | None, degraded: Tensor | None) -> Tensor:
    return metrics.colourfulness(images.pixels)


def _colourfulness_gap(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
    return (metrics.colourfulness(images.pixels) - metrics.colourfulness(clean.pixels)).abs()


def _label_fit(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
    return label_fit(images.pixels, degraded)


def _label_fit_gap(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
    return (label_fit(images.pixels, degraded) - label_fit(clean.pixels, degraded)).abs()


RGB = {"channels": "RGB", "range": "0 to 255", "dtype": "float32"}
LUMA = {**RGB, "channels": "Y of BT.601, 16 to 235"}
CHROMA = {**RGB, "channels": "Cb and Cr of BT.601"}
MS_SSIM = {**RGB, "window": "Gaussian, sigma 1.5, 11 x 11"}
SSIM = {**MS_SSIM, "border": f"{metrics.BORDER} px left out"}

OF_ALL_TASKS = (
    _measure("psnr", "PSNR", "dB", "higher", _of_pixels(metrics.psnr), RGB),
    _measure("psnr_y", "PSNR-Y", "dB", "higher", _of_pixels(metrics.psnr_y), LUMA),
    _measure("ssim", "SSIM", "", "higher", _of_pixels(metrics.ssim), SSIM),
    _measure("ms_ssim", "MS-SSIM", "", "higher", _of_pixels(metrics.ms_ssim), MS_SSIM),
)
OF_TASK = {
    "inpainting": (
        _measure("hole_psnr", "PSNR in the hole", "dB", "higher", _by_hole(metrics.psnr, True), RGB),
        _measure("outside_psnr", "PSNR outside", "dB", "higher", _by_hole(metrics.psnr, False), RGB),
        _measure("hole_ssim", "SSIM in the hole", "", "higher", _by_hole(metrics.ssim, True), SSIM),
        _measure("outside_ssim", "SSIM outside", "", "higher", _by_hole(metrics.ssim, False), SSIM),
    ),
    "colorization": (
        _measure("chroma_psnr", "PSNR of chroma", "dB", "higher", _of_pixels(metrics.chroma_psnr), CHROMA),
        _measure("chroma_error", "chroma error", "levels", "lower", _of_pixels(metrics.chroma_error), CHROMA),
        _measure("colourfulness", "colourfulness", "", "higher", _colourfulness, RGB)._replace(
            needs_clean=False
        ),
        _measure("colourfulness_gap", "colourfulness, off by", "", "lower", _colourfulness_gap, RGB),
    ),
    "seg2face": (
        _measure("label_fit", "fit to the map", "", "higher", _label_fit, RGB)._replace(needs_clean=False),
        _measure("label_fit_gap", "fit to the map, off by", "", "lower", _label_fit_gap, RGB),
    ),
}


def measures_of(task: str) -> tuple[Measure, ...]:
    """The measures of ``task``: those of all tasks, and what this one is about."""
    return OF_ALL_TASKS + OF_TASK.get(task, ())
