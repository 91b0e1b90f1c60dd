"""One rate a part, and the correction for lazy regularisation."""

import pytest
import torch
from torch.optim import Adam, AdamW

from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior
from gpen_train.training.optimizers import LearningRates, discriminator_optimizer, generator_optimizer


def judge():
    return Discriminator(32, 64, 8)


def test_each_part_has_its_rate_and_no_parameter_is_left_out():
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    optimizer = generator_optimizer(model, LearningRates(encoder=3e-3, generator=2e-4))
    rates = {group["name"]: group["lr"] for group in optimizer.param_groups}
    assert rates == {"encoder": 3e-3, "mapper": 3e-3, "generator": 2e-4}
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in model.parameters()}
    assert generator_optimizer(model, LearningRates(mapper=1e-4)).param_groups[1]["lr"] == 1e-4


def test_lazy_regularisation_corrects_rate_and_beta():
    network = judge()
    lazy = discriminator_optimizer([network], LearningRates(discriminator=2e-3), lazy_every=16)
    group = lazy.param_groups[0]
    assert group["lr"] == pytest.approx(2e-3 * 16 / 17)
    assert group["betas"] == (0.0, pytest.approx(0.99 ** (16 / 17)))


@pytest.mark.parametrize("every", [None, 1])
def test_without_anything_lazy_nothing_is_corrected(every):
    """R1 in every step, as R3GAN has it, leaves rate and beta as they are given."""
    rates = LearningRates(discriminator=2e-3, beta1=0.9, generator=1e-3)
    group = discriminator_optimizer([judge()], rates, lazy_every=every).param_groups[0]
    assert (group["lr"], group["betas"]) == (2e-3, (0.0, 0.99))
    prior = build_prior(32, style_dim=8, mapper_layers=2, channel_max=8)
    assert generator_optimizer(prior, rates, lazy_every=every).param_groups[0]["betas"] == (0.9, 0.99)


def test_a_negative_rate_is_refused():
    with pytest.raises(ValueError, match=r"optimizer\.generator is -0\.1; give 0"):
        LearningRates(generator=-0.1).check()
    with pytest.raises(ValueError, match=r"optimizer\.beta1 is 1; give a number from 0 to below 1"):
        LearningRates(beta1=1).check()


def test_beta1_is_the_models_alone():
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    rates = LearningRates(beta1=0.9)
    assert generator_optimizer(model, rates).param_groups[0]["betas"] == (0.9, 0.99)
    assert discriminator_optimizer([judge()], rates, None).param_groups[0]["betas"] == (0.0, 0.99)


def test_a_prior_has_one_rate():
    prior = build_prior(32, style_dim=8, mapper_layers=2, channel_max=8)
    optimizer = generator_optimizer(prior, LearningRates(encoder=1.0, generator=2e-3), lazy_every=4)
    rates = {group["name"]: group["lr"] for group in optimizer.param_groups}
    assert rates == {"mapper": pytest.approx(2e-3 * 4 / 5), "generator": pytest.approx(2e-3 * 4 / 5)}


def test_adamw_shrinks_weights_and_leaves_vectors():
    """Without a gradient nothing else moves: w <- w - rate * decay * w."""
    network = judge()
    rates = LearningRates(discriminator=1e-2, name="adamw", weight_decay=0.5)
    optimizer = discriminator_optimizer([network], rates, lazy_every=16)
    assert type(optimizer) is AdamW
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    kept = 1 - 1e-2 * 16 / 17 * 0.5
    assert {parameter.ndim for parameter in before.values()} == {1, 2, 4}
    for name, parameter in network.named_parameters():
        factor = kept if parameter.ndim > 1 else 1.0
        torch.testing.assert_close(parameter.detach(), before[name] * factor, rtol=1e-6, atol=0)


def test_adamw_without_decay_is_adam():
    steps = []
    for rates in (LearningRates(beta1=0.5), LearningRates(beta1=0.5, name="adamw", weight_decay=0.0)):
        torch.manual_seed(0)
        model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
        optimizer = generator_optimizer(model, rates, lazy_every=4)
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.rand(2, 3, 32, 32)).square().mean().backward()
            optimizer.step()
        assert {group["name"] for group in optimizer.param_groups} == {"encoder", "mapper", "generator"}
        steps.append(torch.cat([parameter.detach().flatten() for parameter in model.parameters()]))
    assert torch.equal(*steps)


def test_an_optimizer_that_there_is_not_is_refused():
    assert type(generator_optimizer(build_prior(32, style_dim=8, channel_max=8), LearningRates())) is Adam
    with pytest.raises(ValueError, match=r"optimizer\.name is 'sgd'; choose one of: adam, adamw, muon"):
        LearningRates(name="sgd").check()
