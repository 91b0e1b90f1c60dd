"""The Inception v3 that FID and KID are taken with: Google's of 2015, as converted for PyTorch.

Names and shapes are those of ``pt_inception-2015-12-05-6726825d.pth``, which pytorch-fid, BasicSR and, under
another name, torch-fidelity use. It is not torchvision's: averages leave the border out, and the last block
takes a maximum. Its weights come from a file, and nothing is downloaded.

Source: Szegedy et al., arXiv:1512.00567, section 6 and figures 5 to 7; FID: Heusel et al., arXiv:1706.08500.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.images import resample
from gpen_train.shapes import check_shape

INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"
SIDE = 299  # pixels that the network sees
NUM_CLASSES = 1008

RESIZES = {
    # pytorch-fid's and BasicSR's, and so that of published statistics; skips pixels from 598 px on
    "bilinear": partial(F.interpolate, size=(SIDE, SIDE), mode="bilinear", align_corners=False),
    # clean-fid's: every pixel counts
    "antialiased": partial(resample, resolution=SIDE),
}

# A branch is a row of convolutions (channels, kernel), each of stride 1 and padded to keep the size; "/2" at
# the end gives the last one stride 2 and no padding. A pooling may come first; a pair is a fork.
Branch = Sequence
ROW, COLUMN = (1, 7), (7, 1)
SHRINK = "/2"


def block_35(pooled: int) -> dict[str, Branch]:
    """Figure 5, at 35 x 35."""
    return {
        "branch1x1": [(64, 1)],
        "branch5x5": [(48, 1), (64, 5)],
        "branch3x3dbl": [(64, 1), (96, 3), (96, 3)],
        "branch_pool": ["mean", (pooled, 1)],
    }


def block_17(width: int) -> dict[str, Branch]:
    """Figure 6, at 17 x 17, with n = 7."""
    double = [(width, 1), (width, COLUMN), (width, ROW), (width, COLUMN), (192, ROW)]
    return {
        "branch1x1": [(192, 1)],
        "branch7x7": [(width, 1), (width, ROW), (192, COLUMN)],
        "branch7x7dbl": double,
        "branch_pool": ["mean", (192, 1)],
    }


def block_8(pooling: str) -> dict[str, Branch]:
    """Figure 7, at 8 x 8."""
    fork = ((384, (1, 3)), (384, (3, 1)))
    return {
        "branch1x1": [(320, 1)],
        "branch3x3": [(384, 1), fork],
        "branch3x3dbl": [(448, 1), (384, 3), fork],
        "branch_pool": [pooling, (192, 1)],
    }


TO_17: dict[str, Branch] = {
    "branch3x3": [(384, 3), SHRINK],
    "branch3x3dbl": [(64, 1), (96, 3), (96, 3), SHRINK],
    "pool": [SHRINK],
}
TO_8: dict[str, Branch] = {
    "branch3x3": [(192, 1), (320, 3), SHRINK],
    "branch7x7x3": [(192, 1), (192, ROW), (192, COLUMN), (192, 3), SHRINK],
    "pool": [SHRINK],
}
BLOCKS: dict[str, Mapping[str, Branch]] = {
    **{"Mixed_5b": block_35(32), "Mixed_5c": block_35(64), "Mixed_5d": block_35(64), "Mixed_6a": TO_17},
    **{"Mixed_6b": block_17(128), "Mixed_6c": block_17(160), "Mixed_6d": block_17(160)},
    **{"Mixed_6e": block_17(192), "Mixed_7a": TO_8, "Mixed_7b": block_8("mean"), "Mixed_7c": block_8("max")},
}
POOLINGS = {
    "mean": partial(F.avg_pool2d, kernel_size=3, stride=1, padding=1, count_include_pad=False),
    "max": partial(F.max_pool2d, kernel_size=3, stride=1, padding=1),
    SHRINK: partial(F.max_pool2d, kernel_size=3, stride=2),
}


class Convolution(nn.Module):
    """x [B, I, H, W] -> [B, O, H', W']: convolution, batch norm, ReLU."""

    def __init__(self, in_channels: int, channels: int, kernel, stride: int = 1, padding=None) -> None:
        super().__init__()
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (height // 2, width // 2) if padding is None else padding
        self.conv = nn.Conv2d(in_channels, channels, (height, width), stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(channels, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class Mixed(nn.Module):
    """x [B, I, H, W] -> the channels of all branches, side by side."""

    def __init__(self, in_channels: int, branches: Mapping[str, Branch]) -> None:
        super().__init__()
        self.branches: list[list] = []  # of poolings and names of layers; a tuple of names forks
        self.channels = 0
        for branch, steps in branches.items():
            self.branches.append(self._build(branch, steps, in_channels))

    def _build(self, branch: str, steps: Branch, channels: int) -> list:
        """Make a branch's layers and return how they follow each other."""
        shrinks = steps[-1] == SHRINK and len(steps) > 1
        steps = steps[:-1] if shrinks else steps
        num_layers = sum(not isinstance(step, str) for step in steps)
        path: list[str | tuple[str, ...]] = []
        number = 0
        for step in steps:
            if isinstance(step, str):
                path.append(step)
                continue
            number += 1
            name = f"{branch}_{number}" if num_layers > 1 else branch
            if isinstance(step[1], tuple) and isinstance(step[0], tuple):  # a fork
                for letter, (width, kernel) in zip("ab", step, strict=True):
                    self.add_module(name + letter, Convolution(channels, width, kernel))
                path.append((name + "a", name + "b"))
                channels = sum(width for width, _ in step)
            else:
                last = shrinks and number == num_layers
                self.add_module(name, Convolution(channels, *step, *((2, 0) if last else ())))
                path.append((name,))
                channels = step[0]
        self.channels += channels
        return path

    def forward(self, x: Tensor) -> Tensor:
        ends = []
        for path in self.branches:
            y = x
            for step in path:
                if isinstance(step, str):
                    y = POOLINGS[step](y)
                else:
                    y = torch.cat([self.get_submodule(name)(y) for name in step], dim=1)
            ends.append(y)
        return torch.cat(ends, dim=1)


class Inception(nn.Module):
    """images [B, 3, H, W] in [-1, 1]  ->  features [B, 2048] in float32. For use in eval mode."""

    num_features = 2048

    def __init__(self, resize: str = "antialiased") -> None:
        super().__init__()
        if resize not in RESIZES:
            raise ValueError(f"fid.resize is {resize!r}; choose one of: {', '.join(RESIZES)}")
        self.resize = resize
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, stride=2, padding=0)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3, padding=0)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3)
        self.Conv2d_3b_1x1 = Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3, padding=0)
        channels = 192
        for name, branches in BLOCKS.items():
            block = Mixed(channels, branches)
            self.add_module(name, block)
            channels = block.channels
        self.fc = nn.Linear(channels, NUM_CLASSES)  # stands in the file; nothing here uses it

    def forward(self, images: Tensor) -> Tensor:
        check_shape("images", images, None, 3, None, None)
        x = images.float() if images.shape[2:] == (SIDE, SIDE) else RESIZES[self.resize](images.float())
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = POOLINGS[SHRINK](x)
        x = POOLINGS[SHRINK](self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        for name in BLOCKS:
            x = self.get_submodule(name)(x)
        return x.mean(dim=(2, 3))


def load_inception(
    weights: str | Path | None = None, resize: str = "antialiased", option: str = "weights.inception"
) -> Inception:
    """A frozen Inception in eval mode, from ``weights`` or from the file of that name in ./weights.

    Raises FileNotFoundError that names the file and ``option`` when it is missing, ValueError for another.
    """
    path = find_weights(INCEPTION_FILE, weights, "FID and KID (Inception v3)", option)
    network = Inception(resize)
    fill(network, read_state(path), path, f"pytorch-fid's {INCEPTION_FILE}")
    return network.eval().requires_grad_(False)
