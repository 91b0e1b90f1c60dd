"""The augmentation as the training step uses it, and how p moves."""

import copy

import pytest
import torch

from gpen_train.losses.r1 import squared_gradient
from gpen_train.models.discriminator import Discriminator
from gpen_train.training.ada.augment import Augment, transform
from gpen_train.training.ada.chance import Chance
from gpen_train.training.ada.geometry import blit, general
from gpen_train.training.ada.settings import AugmentSettings

GROUPS = ["flip", "b", "g", "c", "bg", "bgc"]


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def augmented(images, augment, random):
    return transform(images, augment.draw(len(images), images.shape[-1], random))


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(6, 3, 32, 32) * 2 - 1


@pytest.mark.parametrize("groups", ["none", *GROUPS])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_at_p_0_no_bit_changes(images, groups, dtype):
    augment = Augment(AugmentSettings(groups, p=0.0))
    assert torch.equal(augmented(images.to(dtype), augment, random()), images.to(dtype))


@pytest.mark.parametrize("groups", GROUPS)
def test_at_p_1_images_change_and_stay_images(images, groups):
    changed = augmented(images, Augment(AugmentSettings(groups, p=1.0)), random())
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    assert changed.isfinite().all()
    assert not torch.equal(changed, images)


def test_samples_that_are_left_alone_keep_every_bit(images):
    augment = Augment(AugmentSettings("bgc", p=0.05))
    drawn = augment.draw(6, 32, random(1))
    unmoved = (drawn.inverse == torch.eye(3)).all(dim=(1, 2)) & ~drawn.recoloured
    assert 0 < unmoved.sum() < 6
    changed = transform(images, drawn)
    assert torch.equal(changed[unmoved], images[unmoved])
    assert all(not torch.equal(*pair) for pair in zip(changed[~unmoved], images[~unmoved], strict=True))


def test_all_randomness_comes_from_the_generator(images):
    augment = Augment(AugmentSettings("bgc", p=0.8))
    first = augmented(images, augment, random(1))
    torch.manual_seed(99)
    assert torch.equal(first, augmented(images, augment, random(1)))
    assert not torch.equal(first, augmented(images, augment, random(2)))


def test_a_pair_can_be_changed_together(images):
    drawn = Augment(AugmentSettings("bgc", p=1.0)).draw(6, 32, random())
    together = transform(torch.cat([images, images]), type(drawn)(*(torch.cat([t, t]) for t in drawn)))
    assert torch.equal(together[:6], together[6:])
    torch.testing.assert_close(together[:6], transform(images, drawn))


def test_mixed_precision_changes_nothing(images):
    augment = Augment(AugmentSettings("bgc", p=1.0))
    with torch.autocast("cpu", torch.bfloat16):
        inside = augmented(images, augment, random())
    assert torch.equal(inside, augmented(images, augment, random()))


def test_second_derivatives():
    augment = Augment(AugmentSettings("bgc", p=1.0))
    drawn = augment.draw(1, 6, random())
    images = torch.randn(1, 3, 6, 6, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda images: transform(images, drawn).square(), images)


def test_r1_goes_through_it(images):
    discriminator, augment = Discriminator(32, 256, 16), Augment(AugmentSettings("bgc", p=0.7))

    def penalty(augment):
        discriminator.zero_grad()
        clean = images.clone().requires_grad_()
        value = squared_gradient(discriminator(augmented(clean, augment, random())), clean)
        value.backward()
        return value, [
            parameter.grad.clone() for parameter in discriminator.parameters() if parameter.grad is not None
        ]

    value, gradients = penalty(augment)
    assert value > 0
    assert all(gradient.isfinite().all() for gradient in gradients)
    augment.p.zero_()
    plain = images.clone().requires_grad_()
    torch.testing.assert_close(penalty(augment)[0], squared_gradient(discriminator(plain), plain))


def test_p_follows_the_signs_every_few_steps():
    augment = Augment(AugmentSettings("bgc", p=0.1, target=0.6, every=4, speed=1000))
    seen = []
    # 8 images a step: the mean sign is 0.75, 0.5 and 0.625 over 4 steps each
    for signs in [8, 8, 4, 4] + [4] * 4 + [8, 8, 2, 2]:
        augment.update(torch.tensor(float(signs)), 8)
        seen.append(round(augment.p.item(), 6))
    assert seen == [0.1] * 3 + [0.132] * 4 + [0.1] * 4 + [0.132]


def test_p_stays_a_probability():
    low, high = (
        Augment(AugmentSettings("b", every=1, speed=10)),
        Augment(AugmentSettings("b", every=1, speed=10)),
    )
    for _ in range(3):
        low.update(-8.0, 8)
        high.update(8.0, 8)
    assert (low.p.item(), high.p.item()) == (0.0, 1.0)


def test_a_bad_step_is_passed_over():
    augment = Augment(AugmentSettings("b", p=0.5, every=2, speed=100))
    augment.update(torch.tensor(float("nan")), 8)
    augment.update(torch.tensor(8.0), 8)
    assert augment.p.item() == pytest.approx(0.5 + 8 / 100)


def test_a_fixed_p_stays():
    augment = Augment(AugmentSettings("b", p=0.3, target=None, every=1))
    augment.update(8.0, 8)
    assert augment.p.item() == pytest.approx(0.3)


def test_its_state_is_in_buffers_and_goes_on_the_same():
    signs = [8, 6, -2, 8, 8, 8, 4, 0, 8, 8]
    whole, first = (Augment(AugmentSettings("bgc", every=4, speed=100)) for _ in range(2))
    for value in signs:
        whole.update(float(value), 8)
    for value in signs[:6]:
        first.update(float(value), 8)
    saved = copy.deepcopy(first.state_dict())
    assert set(saved) == {"p", "signs", "count", "steps"}
    second = Augment(AugmentSettings("bgc", p=0.9, every=4, speed=100))
    second.load_state_dict(saved)
    for value in signs[6:]:
        second.update(float(value), 8)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (AugmentSettings("bgx"), "augment.groups is 'bgx'; give letters of b (flips, "),
        (AugmentSettings(""), "augment.groups is ''; give letters of"),
        (AugmentSettings("b", p=1.5), "augment.p is 1.5; give a probability from 0 to 1"),
        (AugmentSettings("b", target=1.0), "augment.target is 1.0; give a number between -1 and 1"),
        (AugmentSettings("b", every=0), "augment.every is 0; give a number from 1"),
        (AugmentSettings("b", speed=0), "augment.speed is 0; give a number from 1"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=r"augment\.") as caught:
        Augment(settings)
    assert message in str(caught.value)


def test_when_it_is_on():
    assert not AugmentSettings().is_on
    assert AugmentSettings("b").is_on
    assert AugmentSettings("b", p=0.1, target=None).is_on
    assert not AugmentSettings("b", target=None).is_on


def test_images_must_be_square():
    with pytest.raises(ValueError, match=r"images has the shape \[1, 3, 8, 16\]"):
        augmented(torch.zeros(1, 3, 8, 16), Augment(AugmentSettings("b")), random())


def test_whole_pixels_are_moved_first(images):
    chance = Chance(6, torch.tensor(1.0), random())
    blits = blit(chance, 32)
    moves, resampled = general(chance)
    drawn = Augment(AugmentSettings("bg", p=1.0)).draw(6, 32, random())
    torch.testing.assert_close(drawn.inverse, blits @ moves)
    assert torch.equal(drawn.resampled, resampled)
    assert drawn.colours is None
