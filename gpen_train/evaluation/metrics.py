"""PSNR and SSIM of images as they are saved: uint8 [B, H, W, 3] twice -> a number per image [B]."""

from torch import Tensor
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from gpen_train.shapes import check_shape


def psnr(images: Tensor, clean: Tensor) -> Tensor:
    """Peak signal-to-noise ratio over RGB in dB; equal images give infinity."""
    images, clean = _prepare(images, clean)
    return peak_signal_noise_ratio(images, clean, data_range=1.0, dim=(1, 2, 3), reduction="none")


def ssim(images: Tensor, clean: Tensor) -> Tensor:
    """Structural similarity over RGB, Gaussian window of sigma 1.5. Source: Wang et al., IEEE TIP 2004."""
    images, clean = _prepare(images, clean)
    return structural_similarity_index_measure(images, clean, data_range=1.0, reduction="none")


def _prepare(images: Tensor, clean: Tensor) -> tuple[Tensor, Tensor]:
    check_shape("images", images, *clean.shape)
    return tuple(tensor.permute(0, 3, 1, 2).float() / 255 for tensor in (images, clean))  # [B, 3, H, W]
