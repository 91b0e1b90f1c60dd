"""Luma and chroma: what is left of a colour without its hue, and what it then lacks."""

import torch
from torch import Tensor

REC_601 = (0.299, 0.587, 0.114)  # of R, G, B, as in JPEG; luma means this one where nothing else is said
REC_709 = (0.2126, 0.7152, 0.0722)


def chroma(images: Tensor) -> Tensor:
    """Cb and Cr of float RGB [B, 3, H, W] -> [B, 2, H, W], as wide as the range of R, G and B, grey at 0.

    Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402. Source: ITU-R BT.601; JFIF 1.02.
    """
    red, _, blue = images.unbind(dim=1)
    luma = torch.einsum("bchw,c->bhw", images, images.new_tensor(REC_601))
    return torch.stack([(blue - luma) / 1.772, (red - luma) / 1.402], dim=1)
