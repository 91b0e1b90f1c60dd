"""Metrics of images as they are saved: uint8 [B, H, W, 3] twice -> a number per image [B]."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    structural_similarity_index_measure,
)

from gpen_train.holes import find_hole
from gpen_train.luma import REC_601, chroma
from gpen_train.shapes import check_shape

BORDER = 5  # pixels: half of SSIM's window, which is whole only inside of them
STUDIO_SWING = 219 / 255  # luma from 16 to 235
SMALLEST_FOR_MS_SSIM = 176  # pixels: five scales, each at least as large as the window


def psnr(images: Tensor, clean: Tensor, mask: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio over RGB in dB; equal images give infinity.

    ``mask``, bool [B, H, W], says which pixels count; an image without any gives nan.
    """
    images, clean = _prepare(images, clean)
    error = (images - clean).square().mean(dim=1)  # [B, H, W]
    return _decibel(error.mean(dim=(1, 2)) if mask is None else _masked_mean(error, mask))


def psnr_y(images: Tensor, clean: Tensor) -> Tensor:
    """PSNR of the luma from 16 to 235 at the peak of 255, dB: what papers call PSNR on the Y channel.

    Source: ITU-R BT.601; as MATLAB's and scikit-image's rgb2ycbcr.
    """
    images, clean = _prepare(images, clean)
    error = torch.einsum("bchw,c->bhw", images - clean, images.new_tensor(REC_601)) * STUDIO_SWING
    return _decibel(error.square().mean(dim=(1, 2)))


def chroma_psnr(images: Tensor, clean: Tensor) -> Tensor:
    """Peak signal-to-noise ratio over Cb and Cr in dB, peak 255: how far the colours are off."""
    images, clean = _prepare(images, clean)
    return _decibel((chroma(images) - chroma(clean)).square().mean(dim=(1, 2, 3)))


def chroma_error(images: Tensor, clean: Tensor) -> Tensor:
    """Mean distance of the pixels in the plane of Cb and Cr, grey levels."""
    images, clean = _prepare(images, clean)
    return 255 * (chroma(images) - chroma(clean)).square().sum(dim=1).sqrt().mean(dim=(1, 2))


def colourfulness(images: Tensor) -> Tensor:
    """How colourful images are, whatever they should be: about 0 for grey, 100 for garish ones.

        sqrt(var(R - G) + var(Y - B)) + 0.3 sqrt(mean(R - G)^2 + mean(Y - B)^2)     Y = (R + G) / 2

    Source: Hasler and Suesstrunk, Measuring colourfulness in natural images, SPIE 2003, equation 7.
    """
    red, green, blue = images.double().flatten(1, 2).unbind(dim=-1)  # [B, H * W]
    opponents = torch.stack([red - green, (red + green) / 2 - blue])  # [2, B, H * W]
    spread = opponents.var(dim=2, correction=0).sum(dim=0).sqrt()
    return spread + 0.3 * opponents.mean(dim=2).square().sum(dim=0).sqrt()


def hole_of(degraded: Tensor, clean: Tensor) -> Tensor:
    """The mask of what inpainting had to fill in, bool [B, H, W]: white in degraded [B, h, w, 3] alone."""
    hole = find_hole(degraded)[:, None].float()  # [B, 1, h, w]
    return F.interpolate(hole, clean.shape[1:3], mode="nearest")[:, 0].bool() & ~find_hole(clean)


def ssim(images: Tensor, clean: Tensor, mask: Tensor | None = None) -> Tensor:
    """Structural similarity over RGB, Gaussian window of sigma 1.5, where the window lies in the image.

    ``mask``, bool [B, H, W], says at which pixels; none inside of the border gives nan.

    Source: Wang et al., IEEE TIP 2004; as in MATLAB's, scikit-image's and BasicSR's code, the border of five
    pixels does not count.
    """
    images, clean = _prepare(images, clean)
    _, everywhere = structural_similarity_index_measure(
        images, clean, data_range=1.0, reduction="none", return_full_image=True
    )
    inside = (..., slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    similarity = everywhere.mean(dim=1)[inside]  # [B, H - 10, W - 10]
    return similarity.mean(dim=(1, 2)) if mask is None else _masked_mean(similarity, mask[inside])


def ms_ssim(images: Tensor, clean: Tensor) -> Tensor:
    """SSIM at five scales, each half of the one before. Raises ValueError for images that are too small.

    Source: Wang, Simoncelli and Bovik, Asilomar 2003.
    """
    images, clean = _prepare(images, clean)
    return multiscale_structural_similarity_index_measure(images, clean, data_range=1.0, reduction="none")


def _prepare(images: Tensor, clean: Tensor) -> tuple[Tensor, Tensor]:
    check_shape("images", images, *clean.shape)
    return tuple(tensor.permute(0, 3, 1, 2).float() / 255 for tensor in (images, clean))  # [B, 3, H, W]


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    check_shape("mask", mask, *values.shape)
    return (values * mask).sum(dim=(1, 2)) / mask.sum(dim=(1, 2))


def _decibel(error: Tensor) -> Tensor:
    """Mean squared errors of a range of 1 -> dB."""
    return -10 * error.log10()
