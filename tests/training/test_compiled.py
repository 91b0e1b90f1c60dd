"""Compiled passes: nothing in them breaks a graph, and after a run's first steps nothing is compiled anew."""

import shutil
from copy import deepcopy

import pytest
import torch
from pytorch_lightning import Callback

from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.path_length import PathLength
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.training import compiled
from gpen_train.training.compute import ComputeSettings

SMALL = {"style_dim": 16, "channel_base": 256, "channel_max": 16}
FAMILIES = {
    "gpen_v1": {"encoder": "plain", "mapper": "stylegan2", "injection": "concat"},
    "gpen_v2": {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1)},
}


@pytest.mark.parametrize("family", FAMILIES)
def test_no_graph_breaks_in_the_generator_and_the_encoder(family):
    torch._dynamo.reset()
    model = build_gpen(32, **SMALL, **FAMILIES[family])
    found = torch._dynamo.explain(model)(torch.randn(2, 3, 32, 32))
    assert (found.graph_break_count, found.graph_count) == (0, 1), found.break_reasons


def test_no_graph_breaks_in_the_discriminator():
    torch._dynamo.reset()
    judge = Discriminator(32, 256, 16)
    for network in (judge, judge.features):
        found = torch._dynamo.explain(network)(torch.randn(2, 3, 32, 32))
        assert (found.graph_break_count, found.graph_count) == (0, 1), found.break_reasons


def test_after_the_first_step_nothing_is_compiled(graphs, make_module, make_data, make_trainer):
    """Steps with R1 and path length among them; a network has two graphs a region at most."""
    counts = []

    class Counting(Callback):
        def on_train_batch_end(self, *_):
            counts.append(len(graphs))

    compute = ComputeSettings(compile="default")
    module = make_module(compute=compute, path_length=PathLength(weight=2.0, every=2))
    step = module.step
    for network in (step.model, step.discriminator):
        network.to(memory_format=torch.channels_last)  # as a run has them
    make_trainer(Counting()).fit(module, make_data(images=24))
    parts = compiled.regions(step.model) + compiled.regions(step.discriminator)
    assert len(counts) > 3
    assert len(parts) <= counts[0] <= 2 * len(parts)
    assert set(counts) == {counts[0]}, counts


def test_passes_that_go_backward_twice_are_not_compiled(graphs, make_module, make_data, make_trainer):
    """As the adaptive weight has it: the second time a compiled one gives other gradients."""
    for adaptive in (True, False):
        balanced = Adversarial(adaptive=adaptive)
        module = make_module(compute=ComputeSettings(compile="default"), adversarial=balanced)
        make_trainer().fit(module, make_data(images=4))
        assert bool(graphs) == (not adaptive)


def test_features_are_compiled_too(graphs):
    judge = Discriminator(32, 256, 16)
    compiled.compile_regions(judge, "default")
    images = torch.randn(2, 3, 32, 32)
    maps = judge.features(images)
    assert len(graphs) == len(maps)
    with compiled.as_written():
        judge(images.double().float())
    assert len(graphs) == len(maps)
    judge.judge(maps)
    assert len(graphs) == len(maps) + 1


def test_names_and_copies_are_untouched():
    judge = Discriminator(32, 256, 16)
    names = list(judge.state_dict())
    compiled.compile_regions(judge, "default")
    assert list(judge.state_dict()) == names
    assert all(region._compiled_call_impl is None for region in compiled.regions(deepcopy(judge)))


@pytest.mark.parametrize(("given", "found"), [(False, "false"), (True, "default"), ("max-autotune",) * 2])
def test_yamls_booleans_are_choices(given, found):
    settings = ComputeSettings(compile=given)
    settings.check()
    assert settings.on("cpu").compile == found


def test_auto_compiles_on_gpus_alone():
    settings = ComputeSettings(compile="auto", precision="32")
    assert (settings.on("cpu").compile, settings.on("cuda").compile) == ("false", "default")


def test_another_choice_is_refused():
    with pytest.raises(ValueError, match=r"compute\.compile is 'fast'; choose one of: auto, false, default"):
        ComputeSettings(compile="fast").check()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler")
def test_gives_the_same_losses_over_twenty_steps(make_module, make_data, make_trainer):
    """From equal states at every other step, so that what a step of its own changes is seen in the next one.

    Without that both would drift apart, as two runs do whose weights differ in their last bit: after ten
    steps of Adam on so small a network the gradients that are nearly 0 have chosen their signs.
    """
    torch._dynamo.reset()
    states, losses = [], {"false": [], "default": []}

    class Following(Callback):
        def __init__(self, module, choice):
            self.module, self.choice, self.before = module, choice, {}

        def on_train_batch_start(self, *_):
            optimizers = [descent.optimizer for descent in self.module.step.descents.values()]
            number = len(losses[self.choice])
            if self.choice == "false":
                states.append(deepcopy([self.module.state_dict(), *(one.state_dict() for one in optimizers)]))
            elif number % 2 == 0:
                for part, state in zip([self.module, *optimizers], states[number], strict=True):
                    part.load_state_dict(deepcopy(state))

        def on_train_batch_end(self, *_):
            sums = {name: float(total) for name, total in self.module.step.means.state_dict()["sums"].items()}
            losses[self.choice].append({name: sums[name] - self.before.get(name, 0.0) for name in sums})
            self.before = sums

    for choice in losses:
        module = make_module(compute=ComputeSettings(compile=choice))
        make_trainer(Following(module, choice)).fit(module, make_data(images=80))
    assert len(losses["default"]) == len(losses["false"]) == 20
    for number, (quick, plain) in enumerate(zip(losses["default"], losses["false"], strict=True)):
        assert plain.keys() == quick.keys()
        for name, loss in plain.items():
            assert quick[name] == pytest.approx(loss, rel=1e-3, abs=1e-5), (number, name)
