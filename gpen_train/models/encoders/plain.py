"""The strided encoder of yangxy/GPEN (gpen_v1): one equalized convolution a resolution."""

from torch import Tensor, nn

from gpen_train.models.channels import channels_at, check_resolution, resolutions_up_to
from gpen_train.models.layers import EqualConv2d, EqualLinear
from gpen_train.shapes import check_shape


class PlainEncoder(nn.Module):
    """degraded [B, 3, R, R]  ->  features {R: .., R / 2: .., 4: ..}, code [B, D]."""

    def __init__(self, resolution: int, style_dim: int, channel_base: int, channel_max: int) -> None:
        super().__init__()
        check_resolution("input_resolution", resolution)
        self.resolution = resolution
        self.sides = resolutions_up_to(resolution)[::-1]  # from the finest
        self.feature_channels = {side: channels_at(side, channel_base, channel_max) for side in self.sides}
        in_channels = 3
        for side, channels in self.feature_channels.items():
            is_first = side == resolution
            self.add_module(
                f"b{side}", EqualConv2d(in_channels, channels, 1 if is_first else 3, down=not is_first)
            )
            in_channels = channels
        self.fc = EqualLinear(in_channels * 4 * 4, style_dim, activate=True)

    def forward(self, degraded: Tensor) -> tuple[dict[int, Tensor], Tensor]:
        check_shape("degraded", degraded, None, 3, self.resolution, self.resolution)
        features, x = {}, degraded
        for side in self.sides:
            x = features[side] = getattr(self, f"b{side}")(x)
        return features, self.fc(x.flatten(1))
