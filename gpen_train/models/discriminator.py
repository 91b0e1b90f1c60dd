"""StyleGAN2's discriminator.

Source: StyleGAN2, arXiv:1912.04958, section 4.1 (residual) and figure 7.
"""

import math

import torch
from torch import Tensor, nn

from gpen_train.models.channels import channels_at, check_resolution, resolutions_up_to
from gpen_train.models.layers import EqualConv2d, EqualLinear
from gpen_train.models.precision import upcast
from gpen_train.shapes import check_shape


class ResidualBlock(nn.Module):
    """x [B, I, H, W] -> [B, O, H / 2, W / 2]."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv0 = EqualConv2d(in_channels, in_channels, 3)
        self.conv1 = EqualConv2d(in_channels, out_channels, 3, down=True)
        self.skip = EqualConv2d(in_channels, out_channels, 1, down=True, activate=False, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return (self.conv1(self.conv0(x)) + self.skip(x)) * math.sqrt(0.5)


class FirstBlock(ResidualBlock):
    """image [B, 3, H, W] -> [B, O, H / 2, W / 2]."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels)
        self.fromrgb = EqualConv2d(3, in_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.fromrgb(x))


class Epilogue(nn.Module):
    """x [B, C, 4, 4] -> logits [B, 1]."""

    def __init__(self, channels: int, group_size: int) -> None:
        super().__init__()
        self.group_size = group_size
        self.conv = EqualConv2d(channels + 1, channels, 3)
        self.fc = EqualLinear(channels * 4 * 4, channels, activate=True)
        self.out = EqualLinear(channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([x, minibatch_deviation(x, self.group_size)], dim=1)
        return self.out(self.fc(self.conv(x).flatten(1)))


def group_of(batch: int, group_size: int) -> int:
    """``group_size``, or the next smaller number that divides ``batch``; 0 takes the whole batch."""
    size = min(group_size or batch, batch)
    while batch % size:
        size -= 1
    return size


def minibatch_deviation(x: Tensor, group_size: int) -> Tensor:
    """[B, C, H, W] -> [B, 1, H, W]: the standard deviation over a group of samples, averaged to one number.

    The groups, of ``group_of(B, group_size)``, are interleaved: sample i is in group i mod (B / G).

    Source: ProGAN, arXiv:1710.10196, section 3.
    """
    batch, _, height, width = x.shape
    size = group_of(batch, group_size)
    groups = upcast(x).reshape(size, batch // size, -1)  # [G, B / G, C * H * W]
    deviation = (groups.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=1)  # [B / G]
    return deviation.to(x.dtype).repeat(size)[:, None, None, None].expand(-1, 1, height, width)


class Discriminator(nn.Module):
    """images [B, 3, R, R] in [-1, 1] -> logits [B, 1]: high for clean, low for restored.

    ``settings`` holds the arguments.
    """

    def __init__(
        self,
        resolution: int,
        channel_base: int = 32768,  # channel_base / resolution channels,
        channel_max: int = 512,  # at most this many
        group_size: int = 4,  # of the minibatch standard deviation; 0: the whole batch
    ) -> None:
        super().__init__()
        check_resolution("resolution", resolution)
        self.resolution = resolution
        self.settings = {
            "resolution": resolution,
            "channel_base": channel_base,
            "channel_max": channel_max,
            "group_size": group_size,
        }
        self.sides = resolutions_up_to(resolution)[:0:-1]  # from the finest to 8
        width = {side: channels_at(side, channel_base, channel_max) for side in (*self.sides, 4)}
        for side in self.sides:
            block = FirstBlock if side == resolution else ResidualBlock
            self.add_module(f"b{side}", block(width[side], width[side // 2]))
        self.b4 = Epilogue(width[4], group_size)

    def features(self, images: Tensor) -> list[Tensor]:
        """The maps after each residual block, finest first: [B, C, R / 2, R / 2] .. [B, C, 4, 4]."""
        check_shape("images", images, None, 3, self.resolution, self.resolution)
        maps, x = [], images
        for side in self.sides:
            x = getattr(self, f"b{side}")(x)
            maps.append(x)
        return maps

    def judge(self, features: list[Tensor]) -> Tensor:
        """Logits [B, 1] from ``features``."""
        return self.b4(features[-1])

    def forward(self, images: Tensor) -> Tensor:
        return self.judge(self.features(images))
