"""The Inception v3 that FID and KID are taken with: Google's of 2015, as converted for PyTorch.

Its blocks are torch-fidelity's. Put together by that package they take uint8 images alone, resize them in one
way alone, and load weights with ``weights_only=False``; so it is done here. Names and shapes are those of
``pt_inception-2015-12-05-6726825d.pth``, which pytorch-fid and BasicSR use; nothing is downloaded.

Source: Szegedy et al., arXiv:1512.00567, section 6 and figures 5 to 7; FID: Heusel et al., arXiv:1706.08500.
"""

from functools import partial
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn
from torch_fidelity import feature_extractor_inceptionv3 as blocks

from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.images import resample
from gpen_train.pretrained.table import TABLE
from gpen_train.shapes import check_shape

INCEPTION_FILE = TABLE["inception"].file
SIDE = 299  # pixels that the network sees
NUM_CLASSES = 1008

RESIZES = {
    # pytorch-fid's and BasicSR's, and so that of published statistics; skips pixels from 598 px on
    "bilinear": partial(F.interpolate, size=(SIDE, SIDE), mode="bilinear", align_corners=False),
    # clean-fid's: every pixel counts
    "antialiased": partial(resample, resolution=SIDE),
}


class Inception(nn.Module):
    """images [B, 3, H, W] in [-1, 1]  ->  features [B, 2048] in float32. For use in eval mode."""

    num_features = 2048

    def __init__(self, resize: str = "antialiased") -> None:
        super().__init__()
        if resize not in RESIZES:
            raise ValueError(f"fid.resize is {resize!r}; choose one of: {', '.join(RESIZES)}")
        self.resize = resize
        layers = {
            "Conv2d_1a_3x3": blocks.BasicConv2d(3, 32, kernel_size=3, stride=2),
            "Conv2d_2a_3x3": blocks.BasicConv2d(32, 32, kernel_size=3),
            "Conv2d_2b_3x3": blocks.BasicConv2d(32, 64, kernel_size=3, padding=1),
            "MaxPool_1": nn.MaxPool2d(kernel_size=3, stride=2),
            "Conv2d_3b_1x1": blocks.BasicConv2d(64, 80, kernel_size=1),
            "Conv2d_4a_3x3": blocks.BasicConv2d(80, 192, kernel_size=3),
            "MaxPool_2": nn.MaxPool2d(kernel_size=3, stride=2),  # 192 x 35 x 35
            "Mixed_5b": blocks.InceptionA(192, pool_features=32),
            "Mixed_5c": blocks.InceptionA(256, pool_features=64),
            "Mixed_5d": blocks.InceptionA(288, pool_features=64),
            "Mixed_6a": blocks.InceptionB(288),  # 768 x 17 x 17
            "Mixed_6b": blocks.InceptionC(768, channels_7x7=128),
            "Mixed_6c": blocks.InceptionC(768, channels_7x7=160),
            "Mixed_6d": blocks.InceptionC(768, channels_7x7=160),
            "Mixed_6e": blocks.InceptionC(768, channels_7x7=192),
            "Mixed_7a": blocks.InceptionD(768),  # 1280 x 8 x 8
            "Mixed_7b": blocks.InceptionE_1(1280),
            "Mixed_7c": blocks.InceptionE_2(self.num_features),
        }
        self.steps = tuple(layers)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.fc = nn.Linear(self.num_features, NUM_CLASSES)  # stands in the file; nothing here uses it

    def forward(self, images: Tensor) -> Tensor:
        check_shape("images", images, None, 3, None, None)
        x = images.float() if images.shape[2:] == (SIDE, SIDE) else RESIZES[self.resize](images.float())
        for name in self.steps:
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
