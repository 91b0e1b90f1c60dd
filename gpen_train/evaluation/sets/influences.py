"""How far a distance of sets may be off because other images could have come: its 95 % interval.

A set that is drawn again from itself repeats images, which moves FID farther than chance does: at 200 images
of 64 features from 9.2 to 12.6, and an interval of such distances leaves out the distance itself. So what is
resampled is the first-order part alone: each image's influence, the slope of the distance in that image's
weight. It agrees with the spread over new sets where resampled distances do not.

Source: Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982, chapter 6.
"""

import math

import torch
from torch import Tensor

from gpen_train.evaluation.frechet import Moments, Statistics
from gpen_train.evaluation.intervals import bootstrap
from gpen_train.evaluation.report.model import Score

SMALLEST = 1e-10  # share of the largest eigenvalue, below which one is rounding


def with_interval(distance: float, influences: Tensor, num_images: int) -> Score:
    """``distance`` and its interval, from the ``influences`` [n] of n of ``num_images`` images."""
    _, low, high = bootstrap((influences - influences.mean()).cpu().numpy())
    narrower = math.sqrt(len(influences) / num_images)
    return Score(distance, distance + narrower * low, distance + narrower * high)


def frechet_influences(
    first: Moments | Statistics, second: Moments | Statistics, of_first: Tensor | None, of_second: Tensor
) -> tuple[float, Tensor]:
    """The Frechet distance, and the influences on it of images with features ``of_second`` [n, D].

    Where ``of_first`` is given, they are of pairs: an image of the second set comes with one of the first.

        of y:   2 (m2 - m1) . y' + y'^T (I - T) y' - their mean         y' = y - m2
        T = S1^(1/2) (S1^(1/2) S2 S1^(1/2))^(-1/2) S1^(1/2)             and so of x, with T's inverse
    """
    values, vectors = torch.linalg.eigh(first.covariance)
    values, vectors = _positive(values, vectors)
    root = vectors * values.sqrt()  # [D, k], S1^(1/2) up to a rotation
    inner, rotation = _positive(*torch.linalg.eigh(root.T @ second.covariance @ root))
    there = root @ rotation * inner**-0.25
    back = vectors * values**-0.5 @ rotation * inner**0.25
    apart = second.mean - first.mean
    trace = first.covariance.trace() + second.covariance.trace() - 2 * inner.sqrt().sum()
    influences = _influences(of_second.double() - second.mean, apart, there)
    if of_first is not None:
        influences += _influences(of_first.double() - first.mean, -apart, back)
    return float(apart.square().sum() + trace), influences


def _influences(centred: Tensor, apart: Tensor, half: Tensor) -> Tensor:
    """Features [n, D] without their mean; T is ``half`` half^T."""
    found = 2 * centred @ apart + centred.square().sum(dim=1) - (centred @ half).square().sum(dim=1)
    return found - found.mean()


def _positive(values: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvalues that are more than rounding, and their vectors."""
    kept = values > SMALLEST * values.max()
    return values[kept], vectors[:, kept]
