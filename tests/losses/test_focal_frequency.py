"""The focal frequency loss against the sums of its definition."""

import cmath
import math

import pytest
import torch

from gpen_train.losses.focal_frequency import FocalFrequency, focal_frequency


def coefficients(image):
    """The discrete Fourier transform by its sum: [H][W] -> {(u, v): F(u, v)}, orthonormal."""
    height, width = image.shape
    return {
        (u, v): sum(
            image[y, x].item() * cmath.exp(-2j * math.pi * (u * y / height + v * x / width))
            for y in range(height)
            for x in range(width)
        )
        / math.sqrt(height * width)
        for u in range(height)
        for v in range(width)
    }


def by_definition(restored, clean, alpha):
    """The mean over images, channels and frequencies."""
    total = 0.0
    for ours, theirs in zip(restored.flatten(0, 1), clean.flatten(0, 1), strict=True):
        first, second = coefficients(ours), coefficients(theirs)
        distances = {place: abs(first[place] - second[place]) for place in first}
        most = max(distances.values()) ** alpha
        total += sum(d**alpha / most * d**2 for d in distances.values())
    return total / restored.numel()


@pytest.fixture
def pair():
    torch.manual_seed(0)
    return torch.randn(2, 3, 4, 8).double(), torch.randn(2, 3, 4, 8).double()


@pytest.mark.parametrize("alpha", [0.0, 1.0, 2.5])
def test_it_is_the_weighted_mean_over_frequencies(pair, alpha):
    assert focal_frequency(*pair, alpha).item() == pytest.approx(by_definition(*pair, alpha), rel=1e-12)


def test_patches_have_spectra_of_their_own(pair):
    restored, clean = pair
    quarters = [(slice(None), slice(None), slice(y, y + 2), slice(x, x + 4)) for y in (0, 2) for x in (0, 4)]
    wanted = sum(by_definition(restored[part], clean[part], 1.0) for part in quarters) / 4
    assert focal_frequency(*pair, patches=2).item() == pytest.approx(wanted, rel=1e-12)


def test_without_weights_it_is_the_mean_square(pair):
    """Parseval's theorem."""
    restored, clean = pair
    torch.testing.assert_close(focal_frequency(*pair, alpha=0.0), (restored - clean).square().mean())


def test_the_weights_are_constants(pair):
    """The gradient is that of a quadratic form: w * 2 (r - c) in frequencies, none through w."""
    restored, clean = pair
    restored.requires_grad_()
    loss = focal_frequency(restored, clean, alpha=1.0)
    loss.backward()
    # Of a quadratic form q, <gradient, r - c> is 2 q; through weights of degree 1 it would be 3 q.
    along = (restored.grad * (restored.detach() - clean)).sum()
    torch.testing.assert_close(along, 2 * loss.detach())


def test_equal_images_have_none_and_a_gradient_of_zero():
    image = torch.rand(1, 3, 8, 8, requires_grad=True)
    loss = focal_frequency(image, image.detach().clone())
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(image.grad, torch.zeros_like(image))


def test_an_images_share_does_not_depend_on_the_batch(pair):
    restored, clean = pair
    alone = [focal_frequency(restored[i : i + 1], 10 * i + clean[i : i + 1]) for i in range(2)]
    together = focal_frequency(restored, clean + torch.tensor([0.0, 10.0]).double()[:, None, None, None])
    torch.testing.assert_close(together, sum(alone) / 2)


def test_patches_that_cannot_divide_an_image_are_refused():
    with pytest.raises(ValueError, match=r"^losses\.focal_frequency\.patches is 3; give a power of two"):
        FocalFrequency(patches=3).check()
