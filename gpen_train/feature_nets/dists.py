"""DISTS through torchmetrics, with VGG-16's weights from a file: nothing is downloaded.

Source: Ding et al., arXiv:2004.07728. Its own weights, of means and covariances, come with torchmetrics.
"""

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from torch import nn
from torchmetrics.functional.image import dists
from torchvision.models import vgg

from gpen_train.feature_nets.weights import find_weights, read_state
from gpen_train.pretrained.table import TABLE

VGG16_FILE = TABLE["vgg16"].file  # torchvision's name


def load_dists(weights: str | Path | None = None, option: str = "weights.vgg") -> nn.Module:
    """A frozen DISTS in eval mode: images [B, 3, H, W] in [0, 1] twice -> [B], or a number where B is 1.

    Raises FileNotFoundError that names torchvision's file and ``option`` when it is missing.
    """
    path = find_weights(VGG16_FILE, weights, "DISTS", option)
    layers = SimpleNamespace(features=vgg.make_layers(vgg.cfgs["D"], batch_norm=False))
    with mock.patch.object(dists, "vgg16", return_value=layers):  # which would be fetched
        network = dists.DISTSNetwork()
    state = read_state(path)
    try:
        backbone = {
            name: state[name.replace(name.split(".")[0], "features", 1)]
            for name in network.state_dict()
            if name.endswith((".weight", ".bias"))
        }
        network.load_state_dict(backbone, strict=False)
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path} holds no VGG-16; expected torchvision's {VGG16_FILE}") from error
    return network.eval().requires_grad_(False)
