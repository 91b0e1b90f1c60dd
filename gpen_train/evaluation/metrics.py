"""Metrics of images as they are saved: uint8 [B, H, W, 3] twice -> a number per image [B]."""

from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.image import structural_similarity_index_measure

from gpen_train.holes import find_hole
from gpen_train.luma import chroma
from gpen_train.shapes import check_shape


def psnr(images: Tensor, clean: Tensor, mask: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio over RGB in dB; equal images give infinity.

    ``mask``, bool [B, H, W], says which pixels count; an image without any gives nan.
    """
    images, clean = _prepare(images, clean)
    error = (images - clean).square().mean(dim=1)  # [B, H, W]
    if mask is None:
        return _decibel(error.mean(dim=(1, 2)))
    check_shape("mask", mask, *error.shape)
    return _decibel((error * mask).sum(dim=(1, 2)) / mask.sum(dim=(1, 2)))


def chroma_psnr(images: Tensor, clean: Tensor) -> Tensor:
    """Peak signal-to-noise ratio over Cb and Cr in dB, peak 255: how far the colours are off."""
    images, clean = _prepare(images, clean)
    return _decibel((chroma(images) - chroma(clean)).square().mean(dim=(1, 2, 3)))


def hole_of(degraded: Tensor, clean: Tensor) -> Tensor:
    """The mask of what inpainting had to fill in, bool [B, H, W]: white in degraded [B, h, w, 3] alone."""
    hole = find_hole(degraded)[:, None].float()  # [B, 1, h, w]
    return F.interpolate(hole, clean.shape[1:3], mode="nearest")[:, 0].bool() & ~find_hole(clean)


def ssim(images: Tensor, clean: Tensor) -> Tensor:
    """Structural similarity over RGB, Gaussian window of sigma 1.5. Source: Wang et al., IEEE TIP 2004."""
    images, clean = _prepare(images, clean)
    return structural_similarity_index_measure(images, clean, data_range=1.0, reduction="none")


def _prepare(images: Tensor, clean: Tensor) -> tuple[Tensor, Tensor]:
    check_shape("images", images, *clean.shape)
    return tuple(tensor.permute(0, 3, 1, 2).float() / 255 for tensor in (images, clean))  # [B, 3, H, W]


def _decibel(error: Tensor) -> Tensor:
    """Mean squared errors of a range of 1 -> dB."""
    return -10 * error.log10()
