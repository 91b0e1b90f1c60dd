"""The DISTS loss, with weights of its network that are made here."""

from types import SimpleNamespace

import pytest
import torch
from torch.autograd import gradcheck
from torchvision.models import vgg16

from gpen_train.losses.judged.dists import Dists


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    state = vgg16(weights=None).state_dict()
    torch.save({name: tensor for name, tensor in state.items() if name.startswith("features")}, path)
    return path


def outcome(seed=0, side=32):
    random = torch.Generator().manual_seed(seed)
    made, clean = (2 * torch.rand(2, 3, side, side, generator=random) - 1 for _ in range(2))
    return SimpleNamespace(made=made.requires_grad_(), clean=clean)


def by_definition(network, made, clean):
    """Of one pair in [0, 1], channel by channel."""
    features = zip(network.forward_once(made[None]), network.forward_once(clean[None]), strict=True)
    likeness, channel = 0.0, 0
    total = network.alpha.sum() + network.beta.sum()
    for ours, theirs in features:
        for x, y in zip(ours[0].flatten(1), theirs[0].flatten(1), strict=True):
            mean_x, mean_y = x.mean(), y.mean()
            structure = ((x - mean_x) * (y - mean_y)).mean()
            means = (2 * mean_x * mean_y + 1e-6) / (mean_x**2 + mean_y**2 + 1e-6)
            spreads = (2 * structure + 1e-6) / (x.var(correction=0) + y.var(correction=0) + 1e-6)
            likeness += (network.alpha[0, channel] * means + network.beta[0, channel] * spreads) / total
            channel += 1
    return 1 - likeness.item()


def test_it_is_the_mean_over_the_batch_of_images_from_0_to_1(file):
    loss, images = Dists(weight=2.0, weights=str(file)), outcome()
    network = loss.build()
    (found,) = loss.generator_terms(images, network).values()
    with torch.no_grad():
        pairs = zip(images.made / 2 + 0.5, images.clean / 2 + 0.5, strict=True)
        expected = sum(by_definition(network, *pair) for pair in pairs)  # twice the mean of two
    assert found.item() == pytest.approx(expected, rel=1e-4)


def test_the_gradient_is_that_of_the_formula_and_reaches_the_made_images_alone(file):
    loss = Dists(weight=1.0, weights=str(file))
    network = loss.build().double()
    images = outcome(1, side=16)
    clean = images.clean.double()

    def value(made):
        return loss.generator_terms(SimpleNamespace(made=made, clean=clean), network)["dists"]

    assert gradcheck(value, images.made.detach().double().requires_grad_(), fast_mode=True)
    assert not clean.requires_grad
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_low_precision_around_it_changes_nothing(file):
    loss, images = Dists(weight=1.0, weights=str(file)), outcome(2)
    network = loss.build()
    expected = loss.generator_terms(images, network)["dists"]
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(loss.generator_terms(images, network)["dists"], expected)
