"""A small discriminator for one part of the face.

Source: GFPGAN, arXiv:2101.04061, section 3.4; its code's six convolutions.
"""

from torch import Tensor, nn

from gpen_train.models.layers import EqualConv2d
from gpen_train.shapes import check_shape


class ComponentDiscriminator(nn.Module):
    """patches [B, 3, H, W] in [-1, 1] -> a logit for each place, [B, 1, H / 4, W / 4].

    H and W are multiples of 4.
    """

    def __init__(self, width: int = 64) -> None:  # channels of the first convolution
        super().__init__()
        self.conv0 = EqualConv2d(3, width, 3)
        self.conv1 = EqualConv2d(width, 2 * width, 3, down=True)
        self.conv2 = EqualConv2d(2 * width, 2 * width, 3)
        self.conv3 = EqualConv2d(2 * width, 4 * width, 3, down=True)
        self.conv4 = EqualConv2d(4 * width, 4 * width, 3)
        self.out = EqualConv2d(4 * width, 1, 3, activate=False)

    def features(self, patches: Tensor) -> list[Tensor]:
        """The maps at half and at a quarter of the sides."""
        check_shape("patches", patches, None, 3, None, None)
        half = self.conv2(self.conv1(self.conv0(patches)))
        return [half, self.conv4(self.conv3(half))]

    def judge(self, features: list[Tensor]) -> Tensor:
        """Logits from ``features``."""
        return self.out(features[-1])

    def forward(self, patches: Tensor) -> Tensor:
        return self.judge(self.features(patches))
