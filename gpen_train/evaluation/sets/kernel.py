"""KID: how far apart two sets of images are, by a kernel of their features.

    k(x, y) = (x . y / D + 1)^3

The squared maximum mean discrepancy, unbiased, averaged over 100 random subsets of 1000 of each set, or of
all where there are fewer. Up to MOST_WHOLE images it is ours, from one kernel matrix, because it takes 1.5 s
of CPU for 2,000 images of each set, and torch-fidelity's 15; beyond that the matrix has no room, and it is
theirs.

Source: Binkowski et al., arXiv:1801.01401, section 4; the subsets are those of torch-fidelity.
"""

import numpy as np
import torch
from torch import Tensor
from torch_fidelity import metric_kid

from gpen_train.evaluation.sets.manifold import MOST_COMPARED
from gpen_train.words import plural

MOST_WHOLE = 5000  # images of a set: kernels of 200 MB
SUBSETS, SUBSET_SIZE, SUBSET_SEED = 100, 1000, 2020  # torch-fidelity's
KID_SETTINGS = {
    **{"kernel": "(x . y / D + 1)^3", "subsets": SUBSETS, "subset_size": SUBSET_SIZE},
    "images": f"at most {MOST_WHOLE}, of a prior {MOST_COMPARED}, evenly spread",
}


def kernel_distance(first: Tensor, second: Tensor) -> float:
    """KID of two sets of features [N, D], [M, D]. Raises ValueError for fewer than two images of each."""
    size = min(SUBSET_SIZE, len(first), len(second))
    if size < 2:
        raise ValueError(
            f"found {len(first)} and {plural(len(second), 'image')}; KID needs two or more of each"
        )
    if max(len(first), len(second)) > MOST_WHOLE:
        how = {"kid_subsets": SUBSETS, "kid_subset_size": size, "rng_seed": SUBSET_SEED, "verbose": False}
        found = metric_kid.kid_features_to_metric(first.double(), second.double(), **how)
        return float(found[metric_kid.KEY_METRIC_KID_MEAN])
    # Where a subset is the whole set, all are the same.
    num_subsets = 1 if size == len(first) == len(second) else SUBSETS
    rng = np.random.RandomState(SUBSET_SEED)
    chosen = [torch.zeros(num_subsets, len(side), dtype=torch.float64) for side in (first, second)]
    for number in range(num_subsets):
        for rows in chosen:
            rows[number, rng.choice(rows.shape[1], size, replace=False)] = 1
    within = 0.0
    for side, rows in zip((first, second), chosen, strict=True):
        within += _mean_sum(_kernel(side), rows, rows) / (size * (size - 1))
    return within - 2 * _mean_sum(_kernel(first, second), *chosen) / size**2


def kernel_influences(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """What each image adds to KID, were there more of it: [N] and [M], means of 0.

    Of x_i, with means over the other images:   2 mean_j k(x_i, x_j) - 2 mean_j k(x_i, y_j) - their mean
    """
    between = _kernel(first, second)
    within = [_kernel(side).sum(dim=1) / (len(side) - 1) for side in (first, second)]
    found = [2 * (own - between.mean(dim=1 - axis)) for axis, own in enumerate(within)]
    return found[0] - found[0].mean(), found[1] - found[1].mean()


def _kernel(x: Tensor, y: Tensor | None = None) -> Tensor:
    """[N, D], [M, D] -> [N, M]; of one set with itself, where an image with itself does not count."""
    kernel = (x.double() @ (x if y is None else y).double().T).div_(x.shape[1]).add_(1).pow_(3)
    return kernel if y is not None else kernel.fill_diagonal_(0)


def _mean_sum(kernel: Tensor, rows: Tensor, columns: Tensor) -> float:
    """The sum of ``kernel`` [N, M] over the rows [S, N] and columns [S, M] of each subset, averaged."""
    return float((rows @ kernel * columns).sum() / len(rows))
