"""Path-length regularisation on generators whose Jacobian is known."""

import math

import pytest
import torch

from gpen_train.losses.path_length import PathLengthMean, path_length, path_penalty


def directions():
    return torch.randn(2, 3, 4, 6, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def linear():
    """images = jacobian @ w: w [2, 5] or [2, L, 5], summed over L -> [2, 3, 4, 6]."""
    torch.manual_seed(0)
    return torch.randn(3 * 4 * 6, 5, requires_grad=True)


def draw(jacobian, w):
    return (w @ jacobian.T).view(2, -1, 72).sum(dim=1).view(2, 3, 4, 6)


def test_a_length_is_that_of_the_jacobian_along_the_noise(linear):
    w = torch.randn(2, 5, requires_grad=True)
    lengths = path_length(draw(linear, w), w, directions())
    noise = directions().flatten(1) / math.sqrt(4 * 6)
    torch.testing.assert_close(lengths, torch.stack([(linear.T @ y).norm() for y in noise]))


def test_the_lengths_of_layers_are_averaged_as_squares(linear):
    w = torch.randn(2, 3, 5, requires_grad=True)
    scales = torch.tensor([1.0, 2.0, 0.5])
    lengths = path_length(draw(linear, w * scales[:, None]), w, directions())
    noise = directions().flatten(1) / math.sqrt(4 * 6)
    along = torch.stack([(linear.T @ y).norm() for y in noise])
    torch.testing.assert_close(lengths, along * (scales.square().sum() / 3).sqrt())


def test_a_penalty_has_a_gradient(linear):
    """d/ds of (s * a - mean)^2, where the lengths are proportional to a scale s."""
    scale = torch.tensor(1.0, requires_grad=True)
    w = torch.randn(2, 5, requires_grad=True)
    lengths = path_length(draw(linear * scale, w), w, directions())
    penalty = path_penalty(lengths, torch.tensor(4.0))
    torch.testing.assert_close(penalty, ((lengths[0] - 4) ** 2 + (lengths[1] - 4) ** 2) / 2)
    (slope,) = torch.autograd.grad(penalty, scale)
    torch.testing.assert_close(slope, (2 * (lengths - 4) * lengths).mean().detach())


def test_the_mean_follows_and_is_kept():
    mean = PathLengthMean(decay=0.1)
    steps = [torch.tensor([2.0, 4.0]), torch.tensor([10.0]), torch.tensor(1.0)]
    wanted = 0.0
    for lengths in steps:
        wanted += 0.1 * (lengths.mean().item() - wanted)
        assert mean.update(lengths.requires_grad_()).item() == pytest.approx(wanted)
    assert not mean.mean.requires_grad
    again = PathLengthMean(decay=0.1)
    again.load_state_dict(mean.state_dict())
    assert torch.equal(again.update(torch.tensor([3.0])), mean.update(torch.tensor([3.0])))


def test_the_mean_survives_a_bad_step():
    mean = PathLengthMean(decay=0.5)
    mean.update(torch.tensor([2.0]))
    for bad in (float("nan"), float("inf")):
        assert mean.update(torch.tensor([1.0, bad])).item() == 1.0


def test_the_mean_is_a_constant_to_the_penalty():
    lengths = torch.tensor([1.0, 2.0], requires_grad=True)
    mean = torch.tensor(1.0, requires_grad=True)
    path_penalty(lengths, mean).backward()
    assert mean.grad is None
    torch.testing.assert_close(lengths.grad, lengths.detach() - 1)
