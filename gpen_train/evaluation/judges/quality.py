"""How good an image looks to a network, without a look at the clean one: ARNIQA."""

from pathlib import Path

import torch
from torch import Tensor

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric
from gpen_train.feature_nets import arniqa


def arniqa_measures(encoder: Path, regressor: Path, device: torch.device) -> tuple[Measure]:
    """ARNIQA with the regressor of KonIQ-10k, from 0 to 1.

    Source: Agnolucci et al., arXiv:2310.14918.
    """
    network = arniqa.load_arniqa(encoder, regressor).to(device)

    def formula(images: Faces, clean: Faces | None, degraded: Tensor | None) -> Tensor:
        return network((images.floats + 1) / 2, normalize=True).flatten()

    metric = Metric("arniqa", "ARNIQA", "", "higher", "image")
    settings = {"network": "ARNIQA, KonIQ-10k", "resize": "none"}
    return (Measure(metric, formula, settings, needs_clean=False),)
