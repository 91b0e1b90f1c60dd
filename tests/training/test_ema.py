"""The averaged weights by their formula."""

import pytest
import torch
from torch import nn

from gpen_train.training.ema import AveragedModel, AveragingSettings


def test_half_the_way_in_a_half_life():
    model = nn.Linear(2, 2)
    averaged = AveragedModel(model, AveragingSettings(half_life=100))
    start = averaged.model.weight.clone()
    with torch.no_grad():
        model.weight.add_(1.0)
    for _ in range(10):
        averaged.update(model, num_images=10, images_seen=1_000_000)
    torch.testing.assert_close(averaged.model.weight, start + 0.5)


def test_the_half_life_ramps_up():
    model = nn.Linear(2, 2)
    averaged = AveragedModel(model, AveragingSettings(half_life=10_000, ramp=0.05))
    start = averaged.model.weight.clone()
    with torch.no_grad():
        model.weight.add_(1.0)
    averaged.update(model, num_images=10, images_seen=200)  # the half-life is 10 images as yet
    torch.testing.assert_close(averaged.model.weight, start + 0.5)


def test_buffers_are_copied_and_nothing_is_trained():
    model = nn.BatchNorm2d(2)
    averaged = AveragedModel(model, AveragingSettings(half_life=10))
    model.running_mean.fill_(3.0)
    averaged.update(model, 1, 1)
    assert averaged.model.running_mean.tolist() == [3.0, 3.0]
    assert not any(parameter.requires_grad for parameter in averaged.parameters())


def test_refuses_a_half_life_of_zero():
    with pytest.raises(ValueError, match=r"half_life is 0; give images above 0"):
        AveragedModel(nn.Linear(1, 1), AveragingSettings(half_life=0))
