"""Precision and recall of a set of images: torch-fidelity's, by distances to the third neighbour.

An image lies in the manifold of a set where it is no farther from one of its images than that one from its
own third neighbour. Precision: the share of made images in the real ones' manifold. Recall: the share of real
images in that of the made ones.

Source: Kynkäänniemi et al., arXiv:1904.06991, equations 1 and 2; k of 3 and 50,000 images are theirs.
"""

import math

import torch
from torch import Tensor
from torch_fidelity import metric_prc

NEIGHBOUR = 3
MOST_COMPARED = 50_000  # images of a set
MANIFOLD_SETTINGS = {"neighbour": NEIGHBOUR, "images": f"at most {MOST_COMPARED}, evenly spread"}
ROWS = 5000  # of distances at a time: 1 GB where MOST_COMPARED images are compared


def precision_recall(made: Tensor, real: Tensor, device: torch.device | str = "cpu") -> tuple[float, float]:
    """Of features [N, D] and [M, D]; nan where a set has no third neighbour."""
    if min(len(made), len(real)) <= NEIGHBOUR:
        return math.nan, math.nan
    how = {"prc_neighborhood": NEIGHBOUR, "prc_batch_size": ROWS, "save_cpu_ram": True, "verbose": False}
    found = metric_prc.prc_features_to_metric(made.to(device), real.to(device), **how)
    return found[metric_prc.KEY_METRIC_PRECISION], found[metric_prc.KEY_METRIC_RECALL]
