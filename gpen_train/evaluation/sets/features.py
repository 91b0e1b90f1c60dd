"""Features of a whole set of images, gathered batch by batch: what FID and KID are computed from.

Memory does not grow with the number of images: moments are sums, and KID takes the features of at most
MOST_KEPT images, spread evenly over the set. KID is ours because it
takes 1.5 s of CPU for 2,000 images of each set, and torch-fidelity's 15.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments
from gpen_train.evaluation.ranks import summed
from gpen_train.words import plural

MOST_KEPT = 5000  # 41 MB of Inception's features
SUBSETS, SUBSET_SIZE, SUBSET_SEED = 100, 1000, 2020  # torch-fidelity's


class FeatureSet:
    """Features [num_features] of each of ``num_images`` images, added in any order and by any process."""

    def __init__(self, num_images: int, num_features: int, most_kept: int = MOST_KEPT) -> None:
        self.moments = Moments(num_features)
        kept = np.linspace(0, num_images - 1, min(num_images, most_kept)).round().astype(int)
        self.place_of = {int(image): place for place, image in enumerate(kept)}
        self.kept = torch.zeros(len(kept), num_features)

    def add(self, features: Tensor, images: Sequence[int]) -> None:
        """Take down ``features`` [B, D] of the images of these numbers."""
        self.moments.add(features)
        for feature, image in zip(features.float().cpu(), images, strict=True):
            if image in self.place_of:
                self.kept[self.place_of[image]] = feature

    def gather(self) -> None:
        """Put together what all processes have added."""
        moments = self.moments
        moments.count = int(summed(torch.tensor(moments.count)))
        moments.sum, moments.outer = summed(moments.sum), summed(moments.outer)
        self.kept = summed(self.kept)


def kernel_distance(first: Tensor, second: Tensor) -> float:
    """KID: the squared maximum mean discrepancy of two sets of features [N, D], [M, D], unbiased.

        k(x, y) = (x . y / D + 1)^3

    Averaged over 100 random subsets of 1000 of each, or of all where there are fewer.

    Source: Binkowski et al., arXiv:1801.01401, section 4; the subsets are those of torch-fidelity.
    """
    size = min(SUBSET_SIZE, len(first), len(second))
    if size < 2:
        raise ValueError(
            f"found {len(first)} and {plural(len(second), 'image')}; KID needs two or more of each"
        )
    # Where a subset is the whole set, all are the same.
    num_subsets = 1 if size == len(first) == len(second) else SUBSETS
    rng = np.random.RandomState(SUBSET_SEED)
    chosen = [torch.zeros(num_subsets, len(side), dtype=torch.float64) for side in (first, second)]
    for number in range(num_subsets):
        for rows in chosen:
            rows[number, rng.choice(rows.shape[1], size, replace=False)] = 1
    within = 0.0
    for side, rows in zip((first, second), chosen, strict=True):
        kernel = _kernel(side, side)
        kernel.fill_diagonal_(0)  # of an image with itself it does not count
        within += _mean_sum(kernel, rows, rows) / (size * (size - 1))
    return within - 2 * _mean_sum(_kernel(first, second), *chosen) / size**2


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    """[N, D], [M, D] -> [N, M], 200 MB where both are MOST_KEPT."""
    return (x.double() @ y.double().T).div_(x.shape[1]).add_(1).pow_(3)


def _mean_sum(kernel: Tensor, rows: Tensor, columns: Tensor) -> float:
    """The sum of ``kernel`` [N, M] over the rows [S, N] and columns [S, M] of each subset, averaged."""
    return float((rows @ kernel * columns).sum() / len(rows))
