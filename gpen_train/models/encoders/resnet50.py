"""ResNet-50 without batch norm (gpen_v2): torchvision's names, every convolution with a bias."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.models.channels import check_resolution
from gpen_train.shapes import check_shape

EXPANSION = 4  # a bottleneck's output is this many times as wide as its middle


class Bottleneck(nn.Module):
    """x [B, I, H, W] -> [B, 4 * width, H / stride, W / stride]. The residual branch starts at zero.

    Source: ResNet, arXiv:1512.03385, figure 5; stride in the 3 x 3 convolution, as in torchvision.
    """

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        out_channels = width * EXPANSION
        self.conv1 = nn.Conv2d(in_channels, width, 1)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1)
        self.conv3 = nn.Conv2d(width, out_channels, 1)
        self.downsample = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.conv1(x), inplace=True)
        y = F.relu(self.conv2(y), inplace=True)
        return F.relu(self.conv3(y) + shortcut, inplace=True)


class ResNet50Encoder(nn.Module):
    """degraded [B, 3, R, R]  ->  features {R: .., R / 2: .., 4: ..}, code [B, D].

    The features are the input itself, the stem's map and the four stages' maps; below the last stage it is
    pooled down to 4 px. The code is a linear layer on the last stage's mean.
    """

    def __init__(
        self,
        resolution: int,
        style_dim: int = 512,
        width: int = 64,  # channels of the stem; the stages are 4, 8, 16 and 32 times as wide
        depths: tuple[int, ...] = (3, 4, 6, 3),  # bottlenecks a stage
    ) -> None:
        super().__init__()
        check_resolution("input_resolution", resolution)
        if len(depths) != 4 or min(depths) < 1:
            raise ValueError(
                f"encoder_depths is {list(depths)}; give four counts of at least 1, as [3, 4, 6, 3]"
            )
        self.resolution = resolution
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3)
        channels = width
        for stage, depth in enumerate(depths):
            blocks = []
            for i in range(depth):
                stride = 2 if stage > 0 and i == 0 else 1
                blocks.append(Bottleneck(channels, width * 2**stage, stride))
                channels = width * 2**stage * EXPANSION
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, style_dim)
        self.feature_channels = self._feature_channels(width)
        self.reset_parameters()

    def _feature_channels(self, width: int) -> dict[int, int]:
        """Channels by resolution, of all the maps of 4 px and up."""
        maps = {self.resolution: 3, self.resolution // 2: width}
        last = width
        for stage in range(4):
            last = width * 2**stage * EXPANSION
            maps[self.resolution >> (stage + 2)] = last
        side = self.resolution >> 6
        while side >= 4:
            maps[side] = last
            side //= 2
        return {side: channels for side, channels in maps.items() if side >= 4}

    def reset_parameters(self) -> None:
        """He initialisation; zero for each branch's last convolution and every bias."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
                nn.init.zeros_(module.bias)
        for module in self.modules():
            if isinstance(module, Bottleneck):
                nn.init.zeros_(module.conv3.weight)

    def forward(self, degraded: Tensor) -> tuple[dict[int, Tensor], Tensor]:
        check_shape("degraded", degraded, None, 3, self.resolution, self.resolution)
        stem = F.relu(self.conv1(degraded), inplace=True)
        maps = [degraded, stem]
        x = F.max_pool2d(stem, 3, stride=2, padding=1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
            maps.append(x)
        code = self.fc(x.mean(dim=(2, 3)))
        while x.shape[-1] > 4:
            x = F.avg_pool2d(x, 2)
            maps.append(x)
        return {m.shape[-1]: m for m in maps if m.shape[-1] >= 4}, code


@torch.no_grad()
def fold_batch_norm(state: dict[str, Tensor], eps: float = 1e-5) -> dict[str, Tensor]:
    """A ResNet-50 with batch norm (torchvision's names) as one without, same output in eval mode.

        weight' = weight * g,   bias' = beta - mean * g,   g = gamma / sqrt(variance + eps)

    The classifier (``fc``) and anything else without a batch norm is left out. Raises ValueError when a
    convolution lacks its batch norm.
    """
    folded = {}
    for name, weight in state.items():
        if weight.ndim != 4:
            continue
        conv = name.removesuffix(".weight")
        norm = f"{conv[:-1]}1" if conv.endswith("downsample.0") else conv.replace("conv", "bn")
        try:
            gamma, beta = state[f"{norm}.weight"], state[f"{norm}.bias"]
            mean, variance = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        except KeyError as missing:
            raise ValueError(
                f"no batch norm for {name}: {missing} is missing; expected torchvision's resnet50"
            ) from None
        gain = gamma / torch.sqrt(variance + eps)
        folded[name] = weight * gain[:, None, None, None]
        folded[f"{conv}.bias"] = beta - mean * gain
    return folded
