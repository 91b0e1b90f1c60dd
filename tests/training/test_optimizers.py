"""One rate a part, and the correction for lazy regularisation."""

import pytest
from torch import nn

from gpen_train.models.gpen import build_gpen
from gpen_train.training.optimizers import LearningRates, discriminator_optimizer, generator_optimizer


def test_each_part_has_its_rate_and_no_parameter_is_left_out():
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    optimizer = generator_optimizer(model, LearningRates(encoder=3e-3, generator=2e-4))
    rates = {group["name"]: group["lr"] for group in optimizer.param_groups}
    assert rates == {"encoder": 3e-3, "mapper": 3e-3, "generator": 2e-4}
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in model.parameters()}
    assert generator_optimizer(model, LearningRates(mapper=1e-4)).param_groups[1]["lr"] == 1e-4


def test_lazy_regularisation_corrects_rate_and_beta():
    network = nn.Linear(1, 1)
    lazy = discriminator_optimizer(network, LearningRates(discriminator=2e-3), lazy_every=16)
    group = lazy.param_groups[0]
    assert group["lr"] == pytest.approx(2e-3 * 16 / 17)
    assert group["betas"] == (0.0, pytest.approx(0.99 ** (16 / 17)))
    plain = discriminator_optimizer(network, LearningRates(discriminator=2e-3), lazy_every=None)
    assert (plain.param_groups[0]["lr"], plain.param_groups[0]["betas"]) == (2e-3, (0.0, 0.99))


def test_a_negative_rate_is_refused():
    with pytest.raises(ValueError, match=r"optimizer\.generator is -0\.1; give 0"):
        LearningRates(generator=-0.1).check()
    with pytest.raises(ValueError, match=r"optimizer\.beta1 is 1; give a number from 0 to below 1"):
        LearningRates(beta1=1).check()


def test_beta1_is_the_models_alone():
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    rates = LearningRates(beta1=0.9)
    assert generator_optimizer(model, rates).param_groups[0]["betas"] == (0.9, 0.99)
    assert discriminator_optimizer(nn.Linear(1, 1), rates, None).param_groups[0]["betas"] == (0.0, 0.99)
