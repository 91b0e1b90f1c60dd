"""Steps down a gradient: bad ones are skipped and counted, each network has its own loss scale."""

import math
from copy import deepcopy

import pytest
import torch
from pytorch_lightning import Callback

from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.descent import Descent
from gpen_train.training.health import DivergedError, Health
from gpen_train.training.means import RunningMeans
from gpen_train.training.optimizers import ADAM, DECAYING, LearningRates, discriminator_optimizer


def descent(scale=None, fused=True):
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(5))
    optimizer = torch.optim.Adam([weight], lr=0.1, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=scale or 1.0, enabled=scale is not None)
    return weight, Descent(optimizer, scaler)


def times(weight, factor):
    return {"loss": (weight * factor).sum()}


def test_a_step_follows_the_mean_of_its_parts():
    weight, ours = descent()
    other, theirs = descent()
    terms = ours.step([times(weight, 1.0), times(weight, 3.0)], 2).terms
    wanted = theirs.step([times(other, 2.0)], 1).terms
    assert torch.equal(weight, other)
    torch.testing.assert_close(terms["loss"], wanted["loss"])


@pytest.mark.parametrize("factor", [math.nan, math.inf])
@pytest.mark.parametrize("scale", [None, 1024.0])
@pytest.mark.parametrize("fused", [True, False])
def test_a_bad_step_changes_nothing(factor, scale, fused):
    """Whether the optimizer's kernels leave it out, or nobody calls it: its count of steps neither."""
    weight, ours = descent(scale, fused)
    assert ours.step([times(weight, 1.0)], 1).is_finite
    before, state = weight.detach().clone(), ours.optimizer.state_dict()["state"][0]
    moments = {name: value.clone() for name, value in state.items()}
    assert not ours.step([times(weight, 1.0), times(weight, factor)], 2).is_finite
    assert torch.equal(weight, before)
    assert all(torch.equal(state[name], value) for name, value in moments.items())
    assert ours.step([times(weight, 1.0)], 1).is_finite
    assert not torch.equal(weight, before)


@pytest.mark.parametrize("name", [ADAM, *DECAYING])
def test_every_optimizer_leaves_out_a_bad_step(name):
    """As built for a run: weights, vectors, moments and counts of steps stay, bit for bit."""
    torch.manual_seed(0)
    network = torch.nn.Linear(4, 3)
    optimizer = discriminator_optimizer([network], LearningRates(name=name))
    ours = Descent(optimizer, torch.amp.GradScaler("cpu", enabled=False))

    def step(factor):
        return ours.step([{"loss": (network(torch.ones(2, 4)) * factor).sum()}], 1).is_finite

    assert step(1.0)
    before = deepcopy([network.state_dict(), optimizer.state_dict()["state"]])
    assert not step(math.nan)
    for part, was in zip([network.state_dict(), optimizer.state_dict()["state"]], before, strict=True):
        torch.testing.assert_close(part, was, rtol=0, atol=0)
    weight = network.weight.detach().clone()
    assert step(1.0)
    assert not torch.equal(network.weight, weight)


def test_an_overflow_halves_the_scale_of_its_own_network():
    first, ours = descent(2.0**15)
    second, theirs = descent(2.0**15)
    assert not ours.step([times(first, 1e36)], 1).is_finite  # finite, but not times the scale
    assert theirs.step([times(second, 1.0)], 1).is_finite
    assert (ours.scaler.get_scale(), theirs.scaler.get_scale()) == (2.0**14, 2.0**15)


def test_after_an_overflow_the_scale_waits_as_long_as_ever_to_grow():
    """As GradScaler does by itself: the good steps before it do not count."""
    weight, ours = descent(8.0)
    ours.scaler.set_growth_interval(3)
    scales = []
    for factor in (1.0, 1.0, math.inf, 1.0, 1.0, 1.0):
        ours.step([times(weight, factor)], 1)
        scales.append(ours.scaler.get_scale())
    assert scales == [8.0, 8.0, 4.0, 4.0, 4.0, 8.0]


def test_an_overflow_may_be_one_until_the_scale_is_small():
    weight, ours = descent(4.0)
    seen = []
    for _ in range(4):
        assert not ours.step([times(weight, math.nan)], 1).is_finite
        seen.append(ours.may_overflow)
    assert seen == [True, True, False, False]
    assert not descent()[1].may_overflow


def test_no_terms_no_step():
    weight, ours = descent()
    before = weight.detach().clone()
    assert ours.step([{}], 1) == ({}, True)
    assert torch.equal(weight, before)


def test_fused_a_good_step_is_that_of_the_optimizer_alone():
    """To the last bit, whatever came between."""
    weight, ours = descent()
    other, theirs = descent()
    for factor in (1.0, math.nan, -2.0):
        ours.step([times(weight, factor)], 1)
        if math.isfinite(factor):
            other.grad = torch.full_like(other, factor)
            theirs.optimizer.step()
    assert torch.equal(weight, other)


def test_means_leave_out_bad_steps():
    means = RunningMeans()
    for value, is_good in ((1.0, True), (math.nan, False), (4.0, True)):
        means.add({"loss": torch.tensor(value)}, torch.tensor(is_good))
        means.add({"never": torch.tensor(value)}, torch.tensor(False))
    assert means.peek() == {"loss": 2.5}
    again = RunningMeans()
    older = {"sums": {"loss": torch.tensor(3.0)}, "counts": {"loss": 1}}  # with a whole number
    again.load_state_dict(older)
    again.add({"loss": torch.tensor(4.0)}, torch.tensor(True))
    assert again.take() == {"loss": 3.5}
    assert again.take() == {}


class Verdict:
    """A GPU's, bad, which notes when it is waited for."""

    device, is_read = torch.device("cuda"), False

    def __bool__(self):
        self.is_read = True
        return False


def test_health_waits_for_no_gpu():
    """It reads a verdict a step later, and whether all is lost follows; who asks for the counts does wait."""
    health, verdicts = Health(), [Verdict() for _ in range(4)]
    for number, verdict in enumerate(verdicts):
        health.note(verdict)
        assert [one.is_read for one in verdicts] == [True] * number + [False] * (4 - number)
        assert number == 3 or not health.is_lost(3)
    assert health.is_lost(3)
    assert (health.skipped, health.in_a_row) == (4, 4)


def test_health_counts():
    health = Health()
    for is_good in (True, False, False, True, False):
        health.note(torch.tensor(is_good))
    assert (health.skipped, health.in_a_row) == (3, 1)


def spoil(module, method, factor, at):
    """Multiply the loss terms of the steps at these numbers of images."""
    terms_of = getattr(module.step, method)

    def spoilt(*arguments):
        terms = terms_of(*arguments)
        bad = module.images_seen in at
        return {name: term * factor if bad else term for name, term in terms.items()}

    setattr(module.step, method, spoilt)


@pytest.mark.parametrize("method", ["generator_loss", "discriminator_loss"])
def test_a_bad_loss_skips_its_networks_step(make_module, make_data, make_trainer, method):
    bad, good = make_module(), make_module()
    spoil(bad, method, math.nan, at=[4])
    for module, images in ((bad, 8), (good, 4)):
        make_trainer().fit(module, make_data(images))
    assert (bad.step.health.skipped, bad.step.health.in_a_row, bad.images_seen) == (1, 1, 8)
    assert bad.state_of_training()["skipped_steps"] == 1
    skipped, moved = bad.model, bad.discriminator
    wanted, other = good.model, good.discriminator
    if method == "discriminator_loss":
        skipped, moved, wanted, other = moved, skipped, other, wanted
    assert all(map(torch.equal, skipped.state_dict().values(), wanted.state_dict().values()))
    assert not all(map(torch.equal, moved.state_dict().values(), other.state_dict().values()))
    assert all(math.isfinite(mean) for mean in bad.step.means.peek().values())
    assert all(tensor.isfinite().all() for tensor in bad.state_dict().values())


@pytest.mark.parametrize(
    ("method", "term"), [("generator_loss", "adversarial"), ("discriminator_loss", "d_adversarial")]
)
def test_too_many_in_a_row_name_the_term(make_module, make_data, make_trainer, method, term):
    module = make_module(compute=ComputeSettings(max_bad_steps=3))
    spoil(module, method, math.nan, at=range(8, 100))
    with pytest.raises(
        DivergedError, match=f"3 steps in a row .* image 20; .* the loss term {term}$"
    ) as error:
        make_trainer().fit(module, make_data(images=100))
    assert not error.value.went_back


class Spoil(Callback):
    """Puts a NaN into a parameter."""

    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        if module.images_seen == 8:
            module.model.generator.b8.conv0.weight.data[0, 0, 0, 0] = math.nan


def test_a_bad_weight_is_named(make_module, make_data, make_trainer):
    module = make_module(compute=ComputeSettings(max_bad_steps=2))
    with pytest.raises(DivergedError, match=r"the parameter model\.generator\.b8\.conv0\.weight$"):
        make_trainer(Spoil()).fit(module, make_data(images=100))


class SmallScale(Callback):
    """Starts with a loss scale that overflows nothing by itself, and notes what comes of it."""

    def on_train_start(self, trainer, module):
        self.seen = {}
        for descent in module.step.descents.values():
            if descent.scaler.is_enabled() and module.images_seen == 0:
                descent.scaler = torch.amp.GradScaler("cpu", init_scale=256.0)

    def on_train_batch_end(self, trainer, module, *_):
        self.seen[module.images_seen] = [
            descent.scaler.get_scale() for descent in module.step.descents.values()
        ]


def test_an_overflow_in_one_network_leaves_the_others_scale(make_module, make_data, make_trainer):
    """16-mixed: the discriminator's terms overflow when they are scaled."""
    module = make_module(compute=ComputeSettings(precision="16-mixed", max_bad_steps=1))
    spoil(module, "discriminator_loss", 1e37, at=[4])
    scales = SmallScale()
    make_trainer(scales).fit(module, make_data(images=12))
    assert scales.seen == {4: [256.0, 256.0], 8: [256.0, 128.0], 12: [256.0, 128.0]}
    assert module.step.health.skipped == 0  # an overflow is what a loss scale is for
    assert module.state_of_training()["discriminator_loss_scale"] == 128.0


def test_loss_scales_are_kept_in_checkpoints(make_module, make_data, make_trainer, tmp_path):
    def run(images, *callbacks, **arguments):
        module = make_module(compute=ComputeSettings(precision="16-mixed"))
        spoil(module, "generator_loss", 1e37, at=[4])
        make_trainer(SmallScale(), *callbacks).fit(module, make_data(images), **arguments)
        return module

    whole = run(24)
    run(12, Checkpoints(tmp_path, every=12))
    parts = run(24, ckpt_path=tmp_path / "last.ckpt")
    assert parts.step.descents["generator"].scaler.get_scale() == 128.0
    for name, descent in whole.step.descents.items():
        assert descent.scaler.state_dict() == parts.step.descents[name].scaler.state_dict()
    assert all(map(torch.equal, whole.state_dict().values(), parts.state_dict().values()))


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
def test_low_precision_trains(make_module, make_prior, make_data, make_trainer, precision):
    """Nearly as float32 does, step by step; weights and R1 stay in float32."""
    for make in (make_module, make_prior):
        modules = [make(compute=ComputeSettings(precision=kind)) for kind in ("32", precision)]
        for module in modules:
            make_trainer(SmallScale()).fit(module, make_data(images=16))
        exact, ours = (module.step.means.peek() for module in modules)
        assert exact.keys() == ours.keys()
        for name in exact:
            assert ours[name] == pytest.approx(exact[name], rel=0.1, abs=0.02), name
        assert all(parameter.dtype == torch.float32 for parameter in modules[1].parameters())
        assert modules[1].step.health.skipped == 0
