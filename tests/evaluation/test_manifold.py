"""Precision and recall by their definition, image by image."""

import math

import torch

from gpen_train.evaluation.sets.manifold import precision_recall


def share_inside(images, manifold):
    """The share of ``images`` within the distance of some image of ``manifold`` to its third neighbour."""
    inside = 0
    for image in images:
        for number, centre in enumerate(manifold):
            others = [float((centre - other).norm()) for i, other in enumerate(manifold) if i != number]
            if float((centre - image).norm()) <= sorted(others)[2]:
                inside += 1
                break
    return inside / len(images)


def test_by_definition():
    random = torch.Generator().manual_seed(0)
    made = torch.randn(40, 6, generator=random).double() * 0.7 + 0.3
    real = torch.randn(30, 6, generator=random).double()
    precision, recall = precision_recall(made, real)
    assert math.isclose(precision, share_inside(made, real), abs_tol=1e-6)
    assert math.isclose(recall, share_inside(real, made), abs_tol=1e-6)
    assert 0 < recall < precision <= 1  # made ones are narrower


def test_of_too_few():
    assert all(map(math.isnan, precision_recall(torch.zeros(3, 2), torch.zeros(9, 2))))
