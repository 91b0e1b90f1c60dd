"""Where the eyes and the mouth are looked for, and what their discriminators' losses are."""

import math

import pytest
import torch
import torch.nn.functional as F

from gpen_train.losses.components import BOXES, ComponentDiscriminators, crop, patch_side
from gpen_train.losses.judged.perceptual import gram

# The FFHQ template at 512 px: eyes, nose, corners of the mouth
POINTS = (
    (192.98138, 239.94708),
    (318.90277, 240.1936),
    (256.63416, 314.01935),
    (201.26117, 371.41043),
    (313.08905, 371.15118),
)


def test_boxes_lie_around_the_templates_points():
    eye, other, _, *corners = POINTS
    mouth = [sum(along) / 2 for along in zip(*corners, strict=True)]
    for name, centre in zip(BOXES, (eye, other, mouth), strict=True):
        assert (BOXES[name].x, BOXES[name].y) == pytest.approx(centre, abs=0.01)
    assert BOXES["left_eye"].x < BOXES["right_eye"].x
    assert all(abs(x - BOXES["mouth"].x) < 60 for x, _ in corners)


@pytest.mark.parametrize(("resolution", "eye", "mouth"), [(512, 80, 120), (1024, 160, 240), (2048, 320, 480)])
def test_patches_of_512_px_and_more_are_cut_out_as_they_are(resolution, eye, mouth):
    ramp = torch.arange(resolution).float()
    images = torch.stack(
        [ramp.expand(resolution, -1), ramp[:, None].expand(-1, resolution), ramp * ramp[:, None]]
    )
    for name, side in (("left_eye", eye), ("right_eye", eye), ("mouth", mouth)):
        patch = crop(images[None], BOXES[name])
        assert patch.shape == (1, 3, side, side)
        centre = patch[0, :2].mean(dim=(1, 2)) + 0.5
        wanted = torch.tensor([BOXES[name].x, BOXES[name].y]) * resolution / 512
        assert (centre - wanted).abs().max() <= 0.5
        assert patch[0, 0, 0].diff().eq(1).all()


@pytest.mark.parametrize("resolution", [8, 32, 64, 128, 256])
def test_smaller_patches_are_enlarged_to_what_convolutions_can_use(resolution):
    for box in BOXES.values():
        patch = crop(torch.zeros(2, 3, resolution, resolution), box)
        assert patch.shape == (2, 3, patch_side(box, resolution), patch_side(box, resolution))
        assert patch.shape[2] % 4 == 0
        assert patch.shape[2] >= 32


def softplus(x):
    return math.log(1 + math.exp(x))


@pytest.fixture
def judges():
    torch.manual_seed(0)
    return ComponentDiscriminators(width=4)


@pytest.fixture
def pair():
    torch.manual_seed(1)
    return [F.interpolate(torch.randn(2, 3, 16, 16), 64).requires_grad_() for _ in range(2)]


def test_the_discriminators_loss_is_the_logistic_one(judges, pair):
    restored, clean = pair
    wanted = 0
    for name, part in judges.parts.items():
        real, fake = (part(crop(images, BOXES[name])).flatten().tolist() for images in (clean, restored))
        wanted += sum(softplus(-x) for x in real) / len(real) + sum(softplus(x) for x in fake) / len(fake)
    assert judges.discriminator_loss(restored.detach(), clean).item() == pytest.approx(wanted, rel=1e-5)


def test_the_generators_loss_is_the_logistic_one_and_the_style(judges, pair):
    restored, clean = pair
    terms = judges.generator_loss(restored, clean)
    logistic, style = 0, 0
    for name, part in judges.parts.items():
        ours, theirs = (part.features(crop(images, BOXES[name])) for images in (restored, clean))
        logits = part.out(ours[-1]).flatten().tolist()
        logistic += sum(softplus(-x) for x in logits) / len(logits)
        style += sum((gram(a) - gram(b)).abs().mean().item() for a, b in zip(ours, theirs, strict=True))
    assert terms["components"].item() == pytest.approx(logistic, rel=1e-5)
    assert terms["components_style"].item() == pytest.approx(style, rel=1e-5)
    assert set(judges.generator_loss(restored, clean, style=False)) == {"components"}


def test_gradients_reach_the_boxes_of_restored_and_nothing_else(judges, pair):
    restored, clean = pair
    sum(judges.generator_loss(restored, clean).values()).backward()
    assert clean.grad is None
    touched = restored.grad.abs().sum(dim=(0, 1)) > 0
    inside = torch.zeros(64, 64, dtype=torch.bool)
    for box in BOXES.values():
        left, top = (round((centre - box.side / 2) / 8) for centre in (box.x, box.y))
        side = round(box.side / 8)
        inside[top : top + side, left : left + side] = True
        assert touched[top : top + side, left : left + side].any()
    assert not (touched & ~inside).any()


def test_they_learn_to_tell_restored_from_clean(judges, pair):
    restored, clean = (images.detach() for images in pair)
    optimizer = torch.optim.Adam(judges.parameters(), 1e-2)
    first = judges.discriminator_loss(restored, clean)
    for _ in range(30):
        optimizer.zero_grad()
        judges.discriminator_loss(restored, clean).backward()
        optimizer.step()
    assert judges.discriminator_loss(restored, clean) < first / 2
