"""The generator: StyleGAN2's synthesis network, which takes an encoder's features where it took noise.

Source: StyleGAN2, arXiv:1912.04958; GPEN, arXiv:2105.06070, section 3.2.
"""

import torch
from torch import Tensor, nn

from gpen_train.models import filters
from gpen_train.models.channels import channels_at, resolutions_up_to
from gpen_train.models.layers import GAIN, EqualConv2d, leaky_relu
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.precision import upcast
from gpen_train.shapes import check_shape

Features = dict[int, Tensor]  # resolution -> [B, C, resolution, resolution]


class SynthesisLayer(ModulatedConv2d):
    """A modulated convolution, what is injected, a bias and a leaky ReLU.

    x [B, I, H, W], w [B, D], injected  ->  [B, O, H, W], or [B, 2O, H, W] if it ``concatenates``

    Injected are features or noise: [B, O, H, W] where they are concatenated; where they are added,
    [B, O, H, W] or [B, 1, H, W], and times GAIN already.
    """

    def __init__(
        self, in_channels: int, out_channels: int, style_dim: int, up: bool, concatenates: bool
    ) -> None:
        super().__init__(in_channels, out_channels, 3, style_dim, up, gain=GAIN)
        self.bias = nn.Parameter(torch.zeros(out_channels * (2 if concatenates else 1)))
        self.strength = nn.Parameter(torch.zeros(()))  # of noise; of concatenated features too
        self.concatenates = concatenates

    def forward(self, x: Tensor, w: Tensor, injected: Tensor | None) -> Tensor:
        bias = (self.bias * GAIN)[None, :, None, None]
        if self.concatenates:
            own, added = bias.chunk(2, dim=1)
            injected = injected * (self.strength * GAIN).to(injected.dtype) + added.to(injected.dtype)
            y = super().forward(x, w, own)
            return torch.cat([leaky_relu(y), leaky_relu(injected.to(y.dtype))], dim=1)
        if injected is None:
            return leaky_relu(super().forward(x, w, bias))
        return leaky_relu(super().forward(x, w, injected).add_(bias))


class ToRGB(ModulatedConv2d):
    """x [B, I, H, W], w [B, D] -> the block's share of the image [B, 3, H, W], in float32."""

    def __init__(self, in_channels: int, style_dim: int) -> None:
        super().__init__(in_channels, 3, 1, style_dim, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return upcast(super().forward(x, w, self.bias[None, :, None, None]))


class SynthesisBlock(nn.Module):
    """The layers of one resolution: x and image of half of it, w, features -> x and image.

    ``feature_channels`` None builds a block that is never fed; it takes noise, or nothing.
    """

    def __init__(
        self,
        resolution: int,
        in_channels: int,
        out_channels: int,
        style_dim: int,
        concatenates: bool,
        feature_channels: int | None,
    ) -> None:
        super().__init__()
        self.resolution, self.concatenates = resolution, concatenates
        self.out_channels = out_channels
        carried = 2 if concatenates else 1  # x is this many times as wide
        layer = {"style_dim": style_dim, "concatenates": concatenates}
        if resolution == 4:
            self.const = nn.Parameter(torch.randn(1, out_channels, 4, 4))
            self.conv1 = SynthesisLayer(out_channels, out_channels, up=False, **layer)
        else:
            self.conv0 = SynthesisLayer(in_channels * carried, out_channels, up=True, **layer)
            self.conv1 = SynthesisLayer(out_channels * carried, out_channels, up=False, **layer)
        self.torgb = ToRGB(out_channels * carried, style_dim)
        if feature_channels is not None and not concatenates:
            self.project = EqualConv2d(feature_channels, out_channels, 1, activate=False, gain=GAIN)

    def injections(
        self, features: Tensor | None, like: Tensor, noisy: bool, random: torch.Generator | None
    ) -> list[Tensor | None]:
        """What goes into conv0 and conv1: the features, noise, or nothing."""
        if features is not None:
            return [features if self.concatenates else self.project(features)] * 2
        if not noisy:
            return [None, None]
        channels = self.out_channels if self.concatenates else 1
        shape = (len(like), channels, self.resolution, self.resolution)
        noise = [torch.randn(shape, generator=random, device=like.device) for _ in range(2)]
        if self.concatenates:
            return noise
        layers = [getattr(self, "conv0", self.conv1), self.conv1]
        return [n * (layer.strength * GAIN) for n, layer in zip(noise, layers, strict=True)]

    def forward(
        self,
        x: Tensor | None,
        image: Tensor | None,
        w: Tensor,
        features: Tensor | None,
        noisy: bool,
        random: torch.Generator | None,
    ) -> tuple[Tensor, Tensor]:
        first, second = self.injections(features, w, noisy, random)
        x = self.const.expand(len(w), -1, -1, -1) if x is None else self.conv0(x, w, first)
        x = self.conv1(x, w, second)
        share = self.torgb(x, w)
        return x, share if image is None else filters.upsample(image) + share


UNFED = ("nothing", "noise")
INJECTIONS = ("project", "concat")


class Synthesis(nn.Module):
    """w [B, D], features {resolution: [B, C, r, r]}  ->  image [B, 3, R, R].

    ``feature_channels`` says which resolutions are fed and how wide their features are. Blocks beyond them
    take what ``unfed`` says. Without features every block draws noise: that is the prior.
    """

    def __init__(
        self,
        resolution: int,
        style_dim: int,
        channel_base: int,
        channel_max: int,
        feature_channels: dict[int, int],
        injection: str = "project",  # "project": a 1 x 1 convolution, added; "concat": as yangxy/GPEN
        unfed: str = "nothing",  # "nothing" or "noise", in blocks finer than the encoder's input
    ) -> None:
        super().__init__()
        if injection not in INJECTIONS:
            raise ValueError(f"injection is {injection!r}; choose one of: {', '.join(INJECTIONS)}")
        if unfed not in UNFED:
            raise ValueError(f"unfed is {unfed!r}; choose one of: {', '.join(UNFED)}")
        if injection == "concat" and resolution not in feature_channels:
            raise ValueError(
                "injection 'concat' needs features at every resolution: set input_resolution to the output's"
            )
        self.style_dim, self.unfed = style_dim, unfed
        self.resolutions = resolutions_up_to(resolution)
        in_channels = 0
        for side in self.resolutions:
            out_channels = channels_at(side, channel_base, channel_max)
            block = SynthesisBlock(
                side, in_channels, out_channels, style_dim, injection == "concat", feature_channels.get(side)
            )
            self.add_module(f"b{side}", block)
            in_channels = out_channels

    def forward(
        self, w: Tensor, features: Features | None = None, random: torch.Generator | None = None
    ) -> Tensor:
        check_shape("w", w, None, self.style_dim)
        noisy = features is None or self.unfed == "noise"
        x = image = None
        for side in self.resolutions:
            block = getattr(self, f"b{side}")
            x, image = block(x, image, w, (features or {}).get(side), noisy, random)
        return image
