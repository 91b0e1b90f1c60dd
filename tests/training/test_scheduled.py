"""Rates, gamma and half-life in a training: by the images seen, resumed or not, in parts or not."""

import pytest
import torch

from gpen_train.losses.r1 import R1
from gpen_train.schedules import Schedule
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.part import Part

COSINE = Schedule("cosine", rise=8, end=0.1, until=24)


@pytest.fixture
def make_scheduled(make_module):
    """A module whose rates, gamma and half-life all have a schedule."""

    def make(**settings):
        module = make_module(r1=R1(every=2, schedule=Schedule("linear", end=0.5, until=16)), **settings)
        module.step.rates.schedule = COSINE
        module.step.averaged.settings.schedule = Schedule("linear", end=3.0, until=24)
        return module

    return make


def state(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def test_the_rates_of_a_step_are_those_of_the_images_before_it(make_scheduled, make_data, make_trainer):
    module = make_scheduled()
    before = state(module)
    make_trainer().fit(module, make_data(images=4))
    after = state(module)  # of a step at rate 0
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("model."))
    assert module.state_of_training()["encoder_rate"] == 0.0

    module = make_scheduled()
    make_trainer().fit(module, make_data(images=20))
    found, factor = module.state_of_training(), COSINE.factor(16)
    assert (found["encoder_rate"], found["generator_rate"]) == (1e-3 * factor, 2e-3 * factor)
    assert found["discriminator_rate"] == pytest.approx(1e-3 * 2 / 3 * factor)  # corrected for lazy R1
    assert found["r1_gamma"] == 5.0
    assert found["ema_half_life"] == 20 * 0.05  # its ramp, as yet
    module.step.averaged.settings.ramp = 1e3
    assert module.state_of_training()["ema_half_life"] == pytest.approx(100 * (1 + 2 * 20 / 24))


def test_without_a_schedule_nothing_is_told_of_it(make_module, make_data, make_trainer):
    module = make_module()
    make_trainer().fit(module, make_data(images=4))
    assert module.state_of_training() == {"skipped_steps": 0.0}
    assert module.step.descents["generator"].rates() == {"encoder": 1e-3, "mapper": 1e-3, "generator": 2e-3}


def test_gamma_is_scheduled(make_scheduled):
    module = make_scheduled()
    made, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    terms = []
    for images in (0, 8, 16):
        module.step.images_seen = images
        terms.append(module.step.discriminator_loss(Part(clean, clean), made)["r1"])
    torch.testing.assert_close(torch.stack(terms[1:]), terms[0] * torch.tensor([0.75, 0.5]))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "muon"])
def test_a_resumed_run_ends_bit_equal(make_scheduled, make_data, make_trainer, tmp_path, optimizer):
    whole, first, second = (make_scheduled() for _ in range(3))
    for module in (whole, first, second):
        module.step.rates.name = optimizer
    make_trainer().fit(whole, make_data(24))
    make_trainer(Checkpoints(tmp_path, every=12)).fit(first, make_data(12))
    make_trainer().fit(second, make_data(24), ckpt_path=tmp_path / "last.ckpt", weights_only=True)
    wanted, found = state(whole), state(second)
    assert all(torch.equal(tensor, found[name]) for name, tensor in wanted.items())
    assert whole.state_of_training() == second.state_of_training()


def test_parts_of_a_batch_are_scheduled_as_the_whole(make_scheduled, make_data, make_trainer):
    whole, parts = make_scheduled(), make_scheduled(compute=ComputeSettings(micro_batch=2))
    for module in (whole, parts):
        module.step.discriminator.settings["group_size"] = 2
        make_trainer().fit(module, make_data(16))
    assert whole.state_of_training() == parts.state_of_training()


def test_lower_rates_stay_low_under_a_schedule(make_scheduled, make_data, make_trainer):
    module = make_scheduled()
    make_trainer().fit(module, make_data(images=12))
    descent = module.step.descents["generator"]
    module.lower_rates(0.5)
    for _ in range(2):  # whatever the next factors
        descent.scale_rates(0.25)
        assert descent.rates()["generator"] == 2e-3 * 0.5 * 0.25
