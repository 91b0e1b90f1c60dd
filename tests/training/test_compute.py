"""How a step is computed changes nothing of what it is: parts of a batch, activations computed twice."""

import pytest
import torch

from gpen_train.images import to_float
from gpen_train.losses.adversarial import KINDS, Adversarial
from gpen_train.losses.components import Components
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.pyramid import Pyramid
from gpen_train.losses.r2 import R2
from gpen_train.models.adapters import adapters
from gpen_train.training import part
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings, num_parts


@pytest.fixture
def in_double(monkeypatch):
    """Everything in float64."""
    monkeypatch.setattr(part, "to_float", lambda images: to_float(images).double())
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def plain(module):
    """Without Adam, whose first step is the sign of the gradient: near zero rounding would decide it."""
    discriminators = torch.nn.ModuleList(module.step.discriminators)
    module.optimizers_by_name = lambda: {
        "generator": torch.optim.SGD(module.model.parameters(), 1e-2),
        "discriminator": torch.optim.SGD(discriminators.parameters(), 1e-2),
    }
    return module


def step(module, make_data, make_trainer):
    """The gradients of one step on 8 images, and what else it moved."""
    make_trainer().fit(plain(module), make_data(images=8, batch_size=8))
    gradients = {name: p.grad for name, p in module.named_parameters() if p.grad is not None}
    return gradients, dict(module.named_buffers()), module.step.means.peek()


def assert_same_step(ours, theirs, but=()):
    for kind, (mine, yours) in enumerate(zip(ours, theirs, strict=True)):
        assert mine.keys() == yours.keys()
        for name in mine:
            if not name.endswith(but):
                wanted = torch.as_tensor(mine[name])
                close = (
                    {"rtol": 1e-6, "atol": 1e-6 * float(wanted.abs().max())} if kind < 2 else {"rtol": 1e-5}
                )
                torch.testing.assert_close(torch.as_tensor(yours[name]), wanted, **{"atol": 1e-9, **close})


def every_term(kind="logistic"):
    """Of a kind of the adversarial loss; the relativistic one is adaptive, with R2 and augmentation."""
    terms = {
        "components": Components(weight=1.0, style=1.0, width=4),
        "path_length": PathLength(weight=2.0),
        "pyramid": Pyramid(weight=1.0),
    }
    if kind == "relativistic":
        terms["adversarial"] = Adversarial(kind=kind, adaptive=True)
        terms["r2"] = R2(10.0, every=2)
        terms["augment"] = AugmentSettings(groups="bgc", p=0.5, target=None)
    return terms


@pytest.mark.parametrize(
    "compute",
    [ComputeSettings(micro_batch=4), ComputeSettings(checkpoint_from=8)],
    ids=["micro_batch", "checkpoint_from"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_the_whole_batch(
    in_double, make_module, make_data, make_trainer, compute, kind
):
    """All terms at once: R1 and the path length with their gradients of gradients, faces' parts."""
    whole = step(make_module(**every_term(kind)), make_data, make_trainer)
    module = make_module(compute=compute, **every_term(kind))
    module.model.generator.checkpoint_from = compute.checkpoint_from
    found = step(module, make_data, make_trainer)
    assert {"r1", "path_length", "components_style"} <= whole[2].keys()
    assert ({"r2", "adversarial_weight"} <= whole[2].keys()) == (kind == "relativistic")
    assert len(whole[0]) > 60
    assert_same_step(whole, found)


def test_a_priors_gradients_are_those_of_the_whole_batch(in_double, make_prior, make_data, make_trainer):
    """But for the strength of the noise, which is drawn for each part."""
    whole = step(make_prior(), make_data, make_trainer)
    found = step(make_prior(compute=ComputeSettings(micro_batch=4)), make_data, make_trainer)
    assert {"r1", "path_length"} <= whole[2].keys()
    assert_same_step(whole, found, but=("strength", "w_average"))
    average = "model.w_average"
    torch.testing.assert_close(found[1][average], whole[1][average], rtol=0.01, atol=0.0)


def test_adapters_gradients_are_those_of_the_whole_batch(in_double, make_module, make_data, make_trainer):
    """The path length's go through them twice."""
    found = []
    for micro_batch in (None, 4):
        terms = {"path_length": PathLength(2.0, every=1, shrink=1)}
        module = make_module(compute=ComputeSettings(micro_batch=micro_batch), rates={"adapters": 2}, **terms)
        for adapter in adapters(module.model):
            torch.nn.init.eye_(adapter.up)
        found.append(step(module, make_data, make_trainer))
    assert sum(name.endswith(".0.down") for name in found[0][0]) > 40
    assert_same_step(*found)


def test_checkpointed_noise_is_the_same_when_it_is_computed_again(
    in_double, make_prior, make_data, make_trainer
):
    whole = step(make_prior(), make_data, make_trainer)
    module = make_prior()
    module.model.generator.checkpoint_from = 4
    assert_same_step(whole, step(module, make_data, make_trainer))


@pytest.mark.parametrize(("kind", "expected"), [("logistic", 0.42), ("relativistic", 0.58)])
def test_augmented_parts_count_once(make_module, make_data, make_trainer, kind, expected):
    """p follows the signs of the whole batch, in however many parts it is seen."""

    def p(compute):
        augment = AugmentSettings(groups="b", p=0.5, target=0.9, every=1, speed=100)
        module = make_module(compute=compute, augment=augment, adversarial=Adversarial(kind=kind))
        make_trainer().fit(module, make_data(images=8, batch_size=8))
        return module.augment.p.item(), module.augment.steps.item()

    assert p(ComputeSettings(micro_batch=4)) == p(ComputeSettings()) == pytest.approx((expected, 1))


def test_parts_are_of_whole_groups():
    assert num_parts(8, None) == 1
    assert num_parts(8, 8) == 1
    assert num_parts(8, 3) == 4
    assert num_parts(12, 8, group=4) == 3  # not 2 of 6, in which no group of 4 stays whole
    assert num_parts(16, 5, group=4) == 4
    with pytest.raises(ValueError, match=r"micro_batch is 2, and the discriminator compares 4 of .* 8"):
        num_parts(8, 2, group=4)


def test_groups_of_a_whole_batch_cannot_be_cut(make_module, make_data, make_trainer):
    module = make_module(compute=ComputeSettings(micro_batch=4))
    module.discriminator.settings["group_size"] = 0
    with pytest.raises(ValueError, match=r"compares 8 .*give 8 or more, or a smaller .*group_size"):
        make_trainer().fit(module, make_data(images=8, batch_size=8))


@pytest.mark.parametrize(
    ("device", "has_bfloat16", "expected"),
    [("cpu", True, "32"), ("cuda", True, "bf16-mixed"), ("cuda", False, "32")],
)
def test_the_precision_is_the_devices_unless_it_is_chosen(monkeypatch, device, has_bfloat16, expected):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has_bfloat16)
    assert ComputeSettings(precision="auto").on(device).precision == expected
    assert ComputeSettings(precision="16-mixed").on(device).precision == "16-mixed"
