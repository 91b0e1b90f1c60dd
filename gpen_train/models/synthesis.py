"""The generator: StyleGAN2's synthesis network, which takes an encoder's features where it took noise.

Source: StyleGAN2, arXiv:1912.04958; GPEN, arXiv:2105.06070, section 3.2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from gpen_train.models import filters
from gpen_train.models.channels import channels_at, resolutions_up_to
from gpen_train.models.layers import GAIN, EqualConv2d, leaky_relu
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.precision import upcast
from gpen_train.shapes import check_shape

Features = dict[int, Tensor]  # resolution -> [B, C, resolution, resolution]
Noise = Mapping[str, Tensor]  # layer, as "b8.conv1" -> [resolution, resolution]


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
            assert injected is not None
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

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # type: ignore[override]  # it has its own offset
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
        layer: dict[str, Any] = {"style_dim": style_dim, "concatenates": concatenates}
        if resolution == 4:
            self.const = nn.Parameter(torch.randn(1, out_channels, 4, 4))
            self.conv1 = SynthesisLayer(out_channels, out_channels, up=False, **layer)
        else:
            self.conv0 = SynthesisLayer(in_channels * carried, out_channels, up=True, **layer)
            self.conv1 = SynthesisLayer(out_channels * carried, out_channels, up=False, **layer)
        self.torgb = ToRGB(out_channels * carried, style_dim)
        if feature_channels is not None and not concatenates:
            self.project = EqualConv2d(feature_channels, out_channels, 1, activate=False, gain=GAIN)

    def drawn_noise(self, like: Tensor, random: torch.Generator | None) -> list[Tensor]:
        """Normal noise for conv0 and conv1, of one channel, or as wide as the features it stands in for."""
        channels = self.out_channels if self.concatenates else 1
        shape = (len(like), channels, self.resolution, self.resolution)
        return [torch.randn(shape, generator=random, device=like.device) for _ in range(2)]

    def given_noise(self, like: Tensor, noise: Noise) -> list[Tensor | None]:
        """The constant noise of conv0 and conv1, where ``noise`` has any."""
        found = [noise.get(f"b{self.resolution}.{layer}") for layer in ("conv0", "conv1")]
        if not self.concatenates:
            return [n if n is None else n.to(like) for n in found]
        nothing = like.new_zeros((self.out_channels, self.resolution, self.resolution))
        return [(nothing if n is None else n.to(like)).expand(like.shape[0], *nothing.shape) for n in found]

    def injections(self, features: Tensor | None, noise: list[Tensor | None] | None) -> list[Tensor | None]:
        """What goes into conv0 and conv1: the features, noise, or nothing."""
        if features is not None:
            return [features if self.concatenates else self.project(features)] * 2
        if noise is None or self.concatenates:
            return noise or [None, None]
        layers: list[Any] = [getattr(self, "conv0", self.conv1), self.conv1]
        return [
            None if given is None else given * (layer.strength * GAIN)
            for given, layer in zip(noise, layers, strict=True)
        ]

    def forward(
        self,
        x: Tensor | None,
        image: Tensor | None,
        styles: Sequence[Tensor],  # w [B, D] of conv0, conv1 and torgb
        features: Tensor | None,
        noise: list[Tensor | None] | None,
    ) -> tuple[Tensor, Tensor]:
        first, second = self.injections(features, noise)
        x = (
            self.const.expand(styles[0].shape[0], -1, -1, -1)
            if x is None
            else self.conv0(x, styles[0], first)
        )
        x = self.conv1(x, styles[1], second)
        share = self.torgb(x, styles[2])
        return x, share if image is None else filters.upsample(image) + share


UNFED = ("nothing", "noise")
INJECTIONS = ("project", "concat")


class Synthesis(nn.Module):
    """w [B, D], features {resolution: [B, C, r, r]}  ->  image [B, 3, R, R].

    w may also be [B, L, D], one for each of the ``num_styles`` L layers: a block's torgb shares its w with
    the next block's conv0. ``feature_channels`` says which resolutions are fed and how wide their features
    are. Blocks beyond them take what ``unfed`` says. Without features every block draws noise: that is the
    prior, which has no ``feature_channels``.
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
        if injection == "concat" and feature_channels and resolution not in feature_channels:
            raise ValueError(
                "injection 'concat' needs features at every resolution: set input_resolution to the output's"
            )
        self.style_dim, self.unfed = style_dim, unfed
        self.checkpoint_from: int | None = None  # pixels; blocks this fine compute their activations twice
        self.resolutions = resolutions_up_to(resolution)
        self.num_styles = 2 * len(self.resolutions)
        in_channels = 0
        for side in self.resolutions:
            out_channels = channels_at(side, channel_base, channel_max)
            block = SynthesisBlock(
                side, in_channels, out_channels, style_dim, injection == "concat", feature_channels.get(side)
            )
            self.add_module(f"b{side}", block)
            in_channels = out_channels

    def forward(
        self,
        w: Tensor,
        features: Features | None = None,
        random: torch.Generator | None = None,  # draws the noise
        noise: Noise | None = None,  # in place of drawn noise; a layer that it lacks takes none
        all_sides: bool = False,  # the images after every block, coarse to fine, in the place of the last
    ) -> Tensor | list[Tensor]:
        styles, images = self.styles(w), []
        noisy = features is None or self.unfed == "noise"
        x = image = None
        for index, side in enumerate(self.resolutions):
            block = getattr(self, f"b{side}")
            fed = (features or {}).get(side)
            given = None
            if noisy and fed is None:
                given = block.drawn_noise(w, random) if noise is None else block.given_noise(w, noise)
            first = max(2 * index - 1, 0)  # the 4 px block has no conv0
            own = (styles[first], *styles[2 * index : 2 * index + 2])
            if self.checkpoint_from and side >= self.checkpoint_from and torch.is_grad_enabled():
                x, image = checkpoint(block, x, image, own, fed, given, use_reentrant=False)
            else:
                x, image = block(x, image, own, fed, given)
            if all_sides:
                images.append(image)
        return images if all_sides else image

    @property
    def last_layer(self) -> nn.Parameter:
        """The weights of the finest RGB layer."""
        return getattr(self, f"b{self.resolutions[-1]}").torgb.weight

    def styles(self, w: Tensor) -> list[Tensor]:
        """w [B, D] of each layer, from one for all [B, D] or one for each [B, L, D]."""
        if w.ndim == 2:
            check_shape("w", w, None, self.style_dim)
            return [w] * self.num_styles
        check_shape("w", w, None, self.num_styles, self.style_dim)
        return list(w.unbind(dim=1))
