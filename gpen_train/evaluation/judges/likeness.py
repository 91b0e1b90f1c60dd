"""How like its clean image an image looks to networks: LPIPS and DISTS."""

from pathlib import Path

import lpips
import torch
from torch import Tensor, nn

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric
from gpen_train.feature_nets import dists, lpips_net


def lpips_measures(net: str, path: Path, device: torch.device) -> tuple[Measure]:
    """LPIPS with the backbone ``net``, alex or vgg, from torchvision's file.

    Source: Zhang et al., arXiv:1801.03924.
    """
    network: nn.Module = lpips_net.load_lpips(net, path).to(device)

    def see(images: Tensor) -> list[Tensor]:
        return [lpips.normalize_tensor(maps) for maps in network.net(network.scaling_layer(images))]

    def formula(images: Faces, clean: Faces, degraded: Tensor | None) -> Tensor:
        # The package's forward pass, but for the clean images, which it would look at for every system.
        pairs = zip(network.lins, see(images.floats), clean.seen_by(see), strict=True)
        return sum(weigh((ours - theirs) ** 2).mean(dim=(1, 2, 3)) for weigh, ours, theirs in pairs)

    metric = Metric(f"lpips_{net}", f"LPIPS ({net})", "", "lower", "image")
    settings = {"network": f"LPIPS 0.1, {net}", "range": "[-1, 1]", "resize": "none"}
    return (Measure(metric, formula, settings),)


def dists_measures(path: Path, device: torch.device) -> tuple[Measure]:
    """DISTS, torchmetrics', with VGG-16 from torchvision's file.

    Source: Ding et al., arXiv:2004.07728.
    """
    network = dists.load_dists(path).to(device)

    def formula(images: Faces, clean: Faces, degraded: Tensor | None) -> Tensor:
        return network((images.floats + 1) / 2, (clean.floats + 1) / 2).reshape(-1)

    metric = Metric("dists", "DISTS", "", "lower", "image")
    return (Measure(metric, formula, {"network": "DISTS, VGG-16", "range": "[0, 1]", "resize": "none"}),)
