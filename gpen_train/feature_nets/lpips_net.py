"""LPIPS through the lpips package, with the backbone's weights from a file: nothing is downloaded.

Source: Zhang et al., arXiv:1801.03924. The linear layers come with the package.
"""

import warnings
from pathlib import Path

import lpips
from torch import nn

from gpen_train.feature_nets.weights import find_weights, read_state
from gpen_train.pretrained.table import TABLE

BACKBONE_FILES = {"vgg": TABLE["vgg16"].file, "alex": TABLE["alexnet"].file}  # torchvision's names


def load_lpips(
    net: str = "vgg", weights: str | Path | None = None, option: str = "losses.lpips.weights"
) -> nn.Module:
    """A frozen LPIPS in eval mode: images [B, 3, H, W] in [-1, 1] twice -> [B, 1, 1, 1].

    Raises FileNotFoundError that names torchvision's file and ``option`` when the backbone is missing.
    """
    if net not in BACKBONE_FILES:
        raise ValueError(f"the LPIPS net is {net!r}; choose one of: {', '.join(BACKBONE_FILES)}")
    path = find_weights(BACKBONE_FILES[net], weights, f"LPIPS ({net})", option)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of torchvision, on how lpips calls it
        judge = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    load_backbone(judge.net, path)
    return judge.eval().requires_grad_(False)


def load_backbone(backbone: nn.Module, path: Path) -> None:
    """Fill lpips' sliced backbone from torchvision's state dict: slice2.3.weight is features.3.weight."""
    state = read_state(path)
    try:
        renamed = {name: state["features." + name.split(".", 1)[1]] for name in backbone.state_dict()}
    except KeyError as missing:
        raise ValueError(f"{path} holds no {missing}; expected torchvision's {path.name}") from None
    backbone.load_state_dict(renamed)
