"""Loss terms against their definitions."""

import math

import pytest
import torch

from gpen_train.losses import adversarial
from gpen_train.losses.content import CONTENT_LOSSES, content
from gpen_train.losses.feature_matching import feature_matching
from gpen_train.losses.r1 import squared_gradient


def test_logistic_losses():
    real, fake = torch.tensor([[2.0], [-1.0]]), torch.tensor([[0.5], [3.0]])
    minus_log_sigmoid = [math.log(1 + math.exp(-x)) for x in (2.0, -1.0)]
    minus_log_one_minus = [math.log(1 + math.exp(x)) for x in (0.5, 3.0)]
    wanted = sum(minus_log_sigmoid) / 2 + sum(minus_log_one_minus) / 2
    assert adversarial.logistic_d(real, fake).item() == pytest.approx(wanted)
    assert adversarial.logistic_g(real).item() == pytest.approx(sum(minus_log_sigmoid) / 2)


def test_relativistic_losses_compare_within_pairs():
    real, fake = torch.tensor([[2.0], [-1.0]]).double(), torch.tensor([[0.5], [3.0]]).double()
    wanted = sum(math.log(1 + math.exp(-margin)) for margin in (2.0 - 0.5, -1.0 - 3.0)) / 2
    assert adversarial.relativistic(real, fake).item() == pytest.approx(wanted, rel=1e-12)
    assert adversarial.relativistic(real, fake.flip(0)).item() != pytest.approx(wanted, rel=0.1)
    shifted = adversarial.relativistic(real + 7, fake + 7)
    torch.testing.assert_close(shifted, adversarial.relativistic(real, fake))
    with pytest.raises(ValueError, match="worse"):  # [2, 1] - [2] would compare all with all
        adversarial.relativistic(real, fake[:, 0])


def test_r1_of_a_linear_discriminator_is_its_squared_norm():
    weight = torch.randn(3, 8, 8, requires_grad=True)
    clean = torch.randn(5, 3, 8, 8, requires_grad=True)
    penalty = squared_gradient((clean * weight).sum(dim=(1, 2, 3))[:, None], clean)
    torch.testing.assert_close(penalty, weight.square().sum())
    penalty.backward()
    torch.testing.assert_close(weight.grad, 2 * weight)


def test_content_losses():
    restored, clean = torch.tensor([0.0, 3.0]), torch.tensor([0.5, 0.0])
    assert CONTENT_LOSSES["smooth_l1"](restored, clean).item() == pytest.approx((0.125 + 2.5) / 2)
    assert CONTENT_LOSSES["l1"](restored, clean).item() == pytest.approx(1.75)
    wanted = (math.hypot(0.5, 1e-3) + math.hypot(3, 1e-3)) / 2
    assert CONTENT_LOSSES["charbonnier"](restored, clean).item() == pytest.approx(wanted)


def test_feature_matching_takes_clean_as_constant():
    restored = [torch.zeros(1, 2, requires_grad=True), torch.zeros(1, 3, requires_grad=True)]
    clean = [torch.full((1, 2), 2.0, requires_grad=True), torch.full((1, 3), -1.0, requires_grad=True)]
    loss = feature_matching(restored, clean)
    assert loss.item() == pytest.approx(2 + 1)
    loss.backward()
    assert restored[0].grad is not None
    assert clean[0].grad is None


def test_content_takes_its_kind_and_epsilon():
    restored, clean = torch.tensor([0.0, 3.0]), torch.tensor([0.5, 0.0])
    for kind, loss in CONTENT_LOSSES.items():
        assert torch.equal(content(restored, clean, kind), loss(restored, clean))
    wanted = (math.hypot(0.5, 0.1) + math.hypot(3, 0.1)) / 2
    assert content(restored, clean, "charbonnier", epsilon=0.1).item() == pytest.approx(wanted)
