"""The Frechet distance between two sets of images, from moments that are gathered batch by batch.

    |m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2))

with the mean m and covariance S of a network's features over each set.

Source: FID, arXiv:1706.08500, equation 6. With a random network in place of Inception it needs no download
and still orders the stages of a training; its numbers compare with none but themselves. The distance is ours
because torch-fidelity's, the same to 5e-9, gains nothing: 42 s against 36 at 2048 features on two busy cores.
"""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpen_train.images import resample
from gpen_train.words import plural


class RandomFeatures(nn.Module):
    """images [B, 3, H, W] in [-1, 1] -> features [B, 64] of a fixed random network, seen at 64 px.

    Four convolutions that halve the size; the features are the mean and the deviation of each last channel.
    """

    WIDTHS = (3, 16, 24, 32, 32)

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        random = torch.Generator().manual_seed(seed)
        self.weights = nn.ParameterList(
            nn.Parameter(torch.randn(o, i, 5, 5, generator=random) / (5 * i**0.5), requires_grad=False)
            for i, o in itertools.pairwise(self.WIDTHS)
        )

    def forward(self, images: Tensor) -> Tensor:
        x = resample(images.float(), 64)
        for weight in self.weights:
            x = nn.functional.leaky_relu(nn.functional.conv2d(x, weight, stride=2, padding=2), 0.2) * 2**0.5
        x = x.flatten(2)
        return torch.cat([x.mean(dim=2), x.std(dim=2)], dim=1)


class Moments:
    """Mean and covariance of features [B, D], added batch by batch in float64."""

    def __init__(self, num_features: int | None = None) -> None:  # None: as many as the first batch has
        self.count = 0
        if num_features is not None:
            self._make_room(num_features)

    def _make_room(self, num_features: int) -> None:
        self.sum = torch.zeros(num_features, dtype=torch.float64)
        self.outer = torch.zeros(num_features, num_features, dtype=torch.float64)

    def add(self, features: Tensor) -> None:
        x = features.double().cpu()
        if not hasattr(self, "sum"):
            self._make_room(x.shape[1])
        self.count += len(x)
        self.sum += x.sum(dim=0)
        self.outer.addmm_(x.T, x)

    @property
    def mean(self) -> Tensor:
        return self.sum / self.count

    @property
    def covariance(self) -> Tensor:
        """Unbiased, as NumPy's ``cov``."""
        return (self.outer - self.count * torch.outer(self.mean, self.mean)) / (self.count - 1)


@dataclass(frozen=True)
class Statistics:
    """The mean [D] and covariance [D, D] of the features of ``count`` images, in float64."""

    mean: Tensor
    covariance: Tensor
    count: int


def frechet_distance(first: Moments | Statistics, second: Moments | Statistics) -> float:
    """The distance of two sets of at least two images each."""
    if min(first.count, second.count) < 2:
        raise ValueError(
            f"found {first.count} and {plural(second.count, 'image')}; a Frechet distance "
            "needs two or more of each"
        )
    covariance, other = first.covariance, second.covariance
    # The eigenvalues of S1 S2 are those of the symmetric R S2 R with R = S1^(1/2).
    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    product = torch.linalg.eigvalsh(root @ other @ root).clamp(min=0).sqrt().sum()
    trace = covariance.trace() + other.trace() - 2 * product
    return float((first.mean - second.mean).square().sum() + trace)
