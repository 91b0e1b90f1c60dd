"""The relativistic loss with R1 and R2, in a step: against its formula, and fed with pairs."""

import math

import pytest
import torch

from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.content import Content
from gpen_train.losses.feature_matching import FeatureMatching
from gpen_train.losses.r1 import R1
from gpen_train.losses.r2 import R2
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.frozen import frozen
from gpen_train.training.part import Part


@pytest.fixture
def make(make_module):
    """A step with the loss, R1 and R2 of unlike weights and intervals, in float64."""

    def make(**others):
        settings = {
            "adversarial": Adversarial(0.5, kind="relativistic"),
            "r1": R1(3.0, every=2),
            "r2": R2(5.0, every=4),
            **others,
        }
        return make_module(**settings).double().step

    return make


@pytest.fixture
def pairs():
    generator = torch.Generator().manual_seed(3)
    return [torch.rand((4, 3, 32, 32), generator=generator, dtype=torch.float64) * 2 - 1 for _ in range(2)]


def penalty(discriminator, images):
    """E |grad D|^2, a sample at a time."""
    images = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
    return sum((sample**2).sum() for sample in gradient) / len(images)


def difference_by_definition(better, worse):
    """E log(1 + exp(-(better_i - worse_i)))."""
    margins = [a - b for a, b in zip(better[:, 0], worse[:, 0], strict=True)]
    return sum(torch.log(1 + torch.exp(-margin)) for margin in margins) / len(margins)


def test_the_discriminators_gradients_are_the_formulas(make, pairs):
    step, (made, clean) = make(), pairs
    terms = step.discriminator_loss(Part(made, clean.clone()), made.clone())
    sum(terms.values()).backward()
    found = {name: p.grad.clone() for name, p in step.discriminator.named_parameters()}
    step.discriminator.zero_grad()

    discriminator = step.discriminator
    wanted = difference_by_definition(discriminator(clean), discriminator(made))
    wanted = wanted + 2 * 3.0 / 2 * penalty(discriminator, clean) + 4 * 5.0 / 2 * penalty(discriminator, made)
    wanted.backward()
    torch.testing.assert_close(sum(terms.values()), wanted, rtol=1e-12, atol=0.0)
    for name, parameter in discriminator.named_parameters():
        scale = float(parameter.grad.abs().max())
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-9, atol=1e-11 * scale)


def test_the_models_gradient_is_the_formulas(make, pairs):
    """With the features of another loss shared, and without."""
    (made, clean), only = pairs, {"content": Content(0.0)}
    for matching in (0.0, 0.02):
        step = make(feature_matching=FeatureMatching(matching), **only)
        ours, theirs = made.clone().requires_grad_(), made.clone().requires_grad_()
        with frozen([step.discriminator]):
            term = step.generator_loss(Part(made, clean.clone()), ours)["adversarial"]
            wanted = 0.5 * difference_by_definition(step.discriminator(theirs), step.discriminator(clean))
            term.backward()
            wanted.backward()
        torch.testing.assert_close(term, wanted, rtol=1e-12, atol=0.0)
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-15)


def test_penalties_come_in_their_own_steps_and_leave_the_model_alone(make, pairs):
    step, (made, clean) = make(), pairs
    seen = []
    for number in range(5):
        step.number = number
        terms = step.discriminator_loss(Part(made, clean.clone()), made.clone())
        seen.append("".join(name[1] for name in ("r1", "r2") if name in terms))
    assert seen == ["12", "", "1", "", "12"]
    assert "r2" not in step.generator_loss(Part(made, clean), made)


def test_a_pair_is_augmented_alike(make, pairs):
    """A perfect model cannot be told from the clean images, whatever they are changed by."""
    clean = pairs[1]
    step = make(augment=AugmentSettings(groups="bgc", p=0.8, target=None))
    loss = step.discriminator_loss(Part(clean, clean.clone()), clean.clone())["d_adversarial"]
    assert loss.item() == pytest.approx(math.log(2), abs=1e-12)


def test_the_augmentation_follows_the_differences_within_pairs(make, pairs):
    """A constant on all logits changes neither the loss nor what p follows."""
    step, (made, clean) = make(), pairs
    logits = [step.discriminator(images).detach() for images in (clean, made)]
    wanted = (logits[0] - logits[1]).sign().sum()
    found = []
    for shift in (0.0, 1000.0):
        with torch.no_grad():
            step.discriminator.b4.out.bias += shift
        step.discriminator_loss(Part(made, clean.clone()), made.clone())
        found.append(step.signs.pop())
    assert found == [wanted, wanted]


def test_a_priors_images_meet_the_clean_ones_of_their_places(make_prior, make_data, make_trainer):
    module = make_prior(adversarial=Adversarial(kind="relativistic"), r2=R2(10.0, every=2))
    make_trainer().fit(module, make_data(images=8))
    means = module.step.means.peek()
    assert {"d_adversarial", "adversarial", "r1", "r2"} <= means.keys()
    assert all(math.isfinite(mean) for mean in means.values())
