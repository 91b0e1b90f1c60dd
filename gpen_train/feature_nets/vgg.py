"""VGG-19's feature maps, with torchvision's names and weights from a file: nothing is downloaded.

Source: Simonyan and Zisserman, arXiv:1409.1556, table 1, column E.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.pretrained.table import TABLE
from gpen_train.shapes import check_shape

STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))  # channels, convolutions; then a pooling
VGG19_FILE = TABLE["vgg19"].file  # torchvision's name
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of values in [0, 1]


def layer_names() -> list[str]:
    """The name of features.0, features.1, ..: conv1_1, relu1_1, conv1_2, relu1_2, pool1, .. pool5."""
    names = []
    for stage, (_, num_convs) in enumerate(STAGES, start=1):
        for number in range(1, num_convs + 1):
            names += [f"conv{stage}_{number}", f"relu{stage}_{number}"]
        names.append(f"pool{stage}")
    return names


class VGG19(nn.Module):
    """images [B, 3, H, W] in [-1, 1]  ->  {layer: [B, C, H', W']} for the ``taken`` layers.

    conv1_2 is the convolution's output before the ReLU, relu1_2 after it. Layers beyond the last one taken
    are not built.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, taken: Sequence[str]) -> None:
        super().__init__()
        names = layer_names()
        unknown = [layer for layer in taken if layer not in names]
        if unknown or not taken:
            raise ValueError(f"VGG-19 has no layer {', '.join(unknown) or 'to take'}; give some like conv3_4")
        self.names = names[: max(names.index(layer) for layer in taken) + 1]
        self.taken = tuple(taken)
        channels, layers = 3, nn.Sequential()
        for name in self.names:
            width = STAGES[int(name[4]) - 1][0]
            if name.startswith("conv"):
                layers.append(nn.Conv2d(channels, width, 3, padding=1))
                channels = width
            else:
                layers.append(nn.ReLU() if name.startswith("relu") else nn.MaxPool2d(2))
        self.features = layers
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        check_shape("images", images, None, 3, None, None)
        x, maps = ((images + 1) / 2 - self.mean) / self.std, {}
        for name, layer in zip(self.names, self.features, strict=True):
            x = layer(x)
            if name in self.taken:
                maps[name] = x
        return maps


def load_vgg19(
    taken: Sequence[str],
    weights: str | Path | None = None,  # torchvision's file; None: ./weights or torch.hub's cache
    option: str = "losses.perceptual.weights",
) -> VGG19:
    """A frozen VGG-19 in eval mode.

    Raises FileNotFoundError that names torchvision's file and ``option`` when the file is missing.
    """
    path = find_weights(VGG19_FILE, weights, "the perceptual loss (VGG-19)", option)
    network = VGG19(taken)
    state = read_state(path)
    needed = {name: state[name] for name in network.state_dict() if name in state}
    fill(network, needed, path, f"torchvision's {VGG19_FILE}")
    return network.eval().requires_grad_(False)
