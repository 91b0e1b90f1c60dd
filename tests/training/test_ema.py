"""The averaged weights by their formula."""

import pytest
import torch
from torch import nn

from gpen_train.profiles import exponent_of
from gpen_train.training.ema import AveragedModel, AveragingSettings, PowerAverage


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


def test_a_power_average_is_the_weighted_sum_of_the_steps():
    """float64: each step's weights count with the integral of the profile over its images."""
    torch.manual_seed(0)
    model = nn.Linear(3, 2).double()
    average, steps = PowerAverage(model, 0.1), []
    for number in range(1, 21):
        with torch.no_grad():
            model.weight.add_(torch.randn(2, 3, dtype=torch.float64))
        average.update(model, num_images=8, images_seen=8 * number)
        steps.append(model.weight.detach().clone())
    ends = torch.arange(21, dtype=torch.float64) / 20
    shares = (ends ** (exponent_of(0.1) + 1)).diff()
    torch.testing.assert_close(average.model.weight, torch.einsum("k,kij->ij", shares, torch.stack(steps)))


def test_a_width_is_given_once_and_within_its_bounds():
    with pytest.raises(ValueError, match=r"ema\.profiles is \[0\.1, 0\.1\]; give each width once"):
        AveragingSettings(profiles=[0.1, 0.1]).check()
    with pytest.raises(ValueError, match=r"ema\.profiles\[1\] is 0\.3; give a width .* at most 0\.28"):
        AveragingSettings(profiles=[0.1, 0.3]).check()
