"""IR-SE50, the face recognition network that GPEN and pSp compare identities with.

Names and shapes are those of TreB1eN/InsightFace_Pytorch's ``model_ir_se50.pth``; its weights come from a
file, and nothing is downloaded.

Source: ArcFace, arXiv:1801.07698, section 3.1 (the improved residual unit); squeeze and excitation:
Hu et al., arXiv:1709.01507.
"""

from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.pretrained.table import TABLE
from gpen_train.shapes import check_shape

ARCFACE_FILE = TABLE["arcface"].file
STAGES = ((64, 3), (128, 4), (256, 14), (512, 3))  # channels, units; the first unit halves the sides
SIDE = 112  # pixels that the network sees
FACE = (35, 223, 32, 220)  # pSp's and GPEN's top, bottom, left, right in an FFHQ crop of 256 px


class SqueezeExcitation(nn.Module):
    """x [B, C, H, W] -> x, each channel times a number in (0, 1) made of all channels' means."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean(dim=(2, 3), keepdim=True)  # [B, C, 1, 1]
        return x * self.fc2(F.relu(self.fc1(means))).sigmoid()


class Unit(nn.Module):
    """x [B, I, H, W] -> [B, O, H / stride, W / stride]."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.shortcut_layer: nn.Module
        if in_channels == out_channels:
            self.shortcut_layer = nn.MaxPool2d(1, stride)  # every stride-th pixel
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.PReLU(out_channels),
            nn.Conv2d(out_channels, out_channels, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            SqueezeExcitation(out_channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.res_layer(x) + self.shortcut_layer(x)


class IRSE50(nn.Module):
    """RGB faces [B, 3, 112, 112] in [-1, 1]  ->  features [B, 512] of length 1. For use in eval mode."""

    def __init__(self) -> None:
        super().__init__()
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        )
        units, channels = [], 64
        for width, num_units in STAGES:
            units += [Unit(channels, width, stride=2), *(Unit(width, width, 1) for _ in range(num_units - 1))]
            channels = width
        self.body = nn.Sequential(*units)
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(channels),
            nn.Identity(),  # a dropout while it was trained
            nn.Flatten(),
            nn.Linear(channels * (SIDE // 16) ** 2, 512),
            nn.BatchNorm1d(512),
        )

    def forward(self, faces: Tensor) -> Tensor:
        check_shape("faces", faces, None, 3, SIDE, SIDE)
        return F.normalize(self.output_layer(self.body(self.input_layer(faces))).float())


def face_edges(resolution: int) -> tuple[int, ...]:
    """FACE in whole pixels of an FFHQ crop of ``resolution``: top, bottom, left, right."""
    return tuple(round(edge * resolution / 256) for edge in FACE)


def crop_face(images: Tensor, side: int = SIDE) -> Tensor:
    """FFHQ crops [B, 3, R, R] of any resolution -> what IR-SE50 sees of them, [B, 3, side, side].

    pSp and GPEN average areas; this is bilinear and antialiased, and so serves resolutions below 256 px too.
    """
    check_shape("images", images, None, 3, None, images.shape[2])
    top, bottom, left, right = face_edges(images.shape[2])
    face = images[:, :, top:bottom, left:right]
    return F.interpolate(face, (side, side), mode="bilinear", antialias=True)


def load_arcface(weights: str | Path | None = None, option: str = "losses.identity.weights") -> IRSE50:
    """A frozen IR-SE50 in eval mode, from ``weights`` or from model_ir_se50.pth in ./weights.

    Raises FileNotFoundError that names the file and ``option`` when it is missing, ValueError for another.
    """
    path = find_weights(ARCFACE_FILE, weights, "the identity loss (IR-SE50)", option)
    network = IRSE50()
    fill(network, read_state(path), path, f"TreB1eN/InsightFace_Pytorch's {ARCFACE_FILE}")
    return network.eval().requires_grad_(False)
