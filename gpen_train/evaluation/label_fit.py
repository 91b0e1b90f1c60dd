"""How far the colours of a face follow its label map: a metric of seg2face that needs no other network."""

import torch
from torch import Tensor
from torch.nn import functional as F

from gpen_train.conventions.labels import COLOURS
from gpen_train.shapes import check_shape


def label_fit(images: Tensor, maps: Tensor) -> Tensor:
    """The share of the variance of an image's colours that the classes of its map explain, 0 to 1.

        sum_c n_c |m_c - m|^2 / sum_i |x_i - m|^2     x_i: RGB of a pixel, m: their mean, m_c: that of a class

    images uint8 [B, H, W, 3], maps uint8 [B, h, w, 3] in the colours of their classes  ->  [B]. A face that
    stands beside its map loses; one in flat colours has 1, so the clean face's own share is what to reach. An
    image of one colour gives nan.

    Source: Pearson's correlation ratio, eta squared, of an analysis of variance.
    """
    check_shape("images", images, len(maps), None, None, 3)
    labels = F.interpolate(numbers_of(maps)[:, None].float(), images.shape[1:3], mode="nearest-exact")
    index = labels.long().flatten(1)[..., None]  # [B, H * W, 1]
    colours = images.flatten(1, 2).double()  # [B, H * W, 3]
    colours = colours - colours.mean(dim=1, keepdim=True)
    sums = colours.new_zeros(len(maps), len(COLOURS), 3).scatter_add_(1, index.expand_as(colours), colours)
    counts = colours.new_zeros(len(maps), len(COLOURS), 1).scatter_add_(
        1, index, torch.ones_like(colours[..., :1])
    )
    between = (sums.square() / counts.clamp(min=1)).sum(dim=(1, 2))
    return (between / colours.square().sum(dim=(1, 2))).float()


def numbers_of(maps: Tensor) -> Tensor:
    """Maps in the colours of their classes, uint8 [B, h, w, 3] -> the classes' numbers, int64 [B, h, w]."""
    codes, order = _packed(torch.from_numpy(COLOURS).to(maps.device)).sort()
    return order[torch.searchsorted(codes, _packed(maps)).clamp(max=len(codes) - 1)]


def _packed(colours: Tensor) -> Tensor:
    """[.., 3] -> one number each."""
    red, green, blue = colours.long().unbind(dim=-1)
    return (red << 16) | (green << 8) | blue
