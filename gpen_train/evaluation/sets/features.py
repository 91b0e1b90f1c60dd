"""Features of a whole set of images, gathered batch by batch: what distances of sets are computed from.

Moments are sums, whatever the number of images; of at most MOST_KEPT images, spread evenly over the set, the
features are kept as well.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments
from gpen_train.processes import summed

MOST_KEPT = 5000  # 41 MB of Inception's features


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

    def fewer(self, most: int = MOST_KEPT) -> Tensor:
        """Of the kept features at most ``most``, evenly spread."""
        return self.kept[np.linspace(0, len(self.kept) - 1, min(len(self.kept), most)).round().astype(int)]
